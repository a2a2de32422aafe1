package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The events of the Responses API, joined to the response that they tell. The last of them holds it as a whole; where it does
 * not, or the stream broke off, what the others hold is put together.
 */
final class ResponseEvents {

    private static final String PREFIX = "response.";
    private static final List<String> LAST = List.of("response.completed", "response.incomplete", "response.failed");
    private static final Set<String> HARMLESS = Set.of("type", "sequence_number");

    private final Map<Integer, Item> items = new TreeMap<>();
    private @Nullable Field begun;
    private @Nullable Field whole;

    private ResponseEvents() {}

    static boolean hold(Field array) {
        return array.items().stream().anyMatch(event -> event.get("type").peek().startsWith(PREFIX));
    }

    static Field join(Field array) {
        var joined = new ResponseEvents();
        array.items().forEach(joined::add);
        return joined.response(array);
    }

    private void add(Field event) {
        String type = event.get("type").peek();
        if (LAST.contains(type)) {
            whole = event.get("response");
            event.ignore(HARMLESS);
            return;
        }
        Failures.check(event);
        int index = event.get("output_index").index(0);
        switch (type) {
            case "response.created" -> begun = event.get("response");
            case "response.output_item.added", "response.output_item.done" ->
                item(index).put(event.get("item"), type.endsWith("done"));
            case "response.output_text.delta" -> item(index).text(event, "text", "output_text");
            case "response.refusal.delta" -> item(index).text(event, "refusal", "refusal");
            case "response.function_call_arguments.delta" -> item(index).arguments(event);
            default -> {
                // Progress, or a part of what another event holds.
            }
        }
        event.ignore();
    }

    private Item item(int index) {
        return items.computeIfAbsent(index, absent -> new Item());
    }

    private Field response(Field array) {
        if (whole != null && whole.isObject() && !(whole.get("output").empty() && hasOutput())) {
            return whole;
        }
        if (!hasOutput()) {
            throw new InvalidFieldException(
                    array.path() + " is a stream that broke off; expected an event of one of the types " + LAST);
        }
        Field known = whole != null && whole.isObject() ? whole : begun;
        ObjectNode response = known != null && known.isObject() ? known.whole().deepCopy() : StrictJson.object();
        response.put("object", "response");
        if (whole == null) {
            response.put("status", "incomplete");
        }
        ArrayNode output = response.putArray("output");
        items.values().forEach(item -> item.addTo(output));
        return array.besides(response);
    }

    private boolean hasOutput() {
        return items.values().stream().anyMatch(Item::present);
    }

    /** A part of a message as it grows: of what type, under which name its text stands. */
    private record Part(String type, String name, StringBuilder text) {}

    /** An item of the output as it grows. */
    private static final class Item {

        private final Map<Integer, Part> parts = new TreeMap<>();
        private final StringBuilder arguments = new StringBuilder();
        private @Nullable ObjectNode item;
        private boolean whole;

        void put(Field found, boolean done) {
            if (found.isObject()) {
                item = found.whole().deepCopy();
                whole = done;
            }
        }

        void text(Field event, String name, String type) {
            int index = event.get("content_index").index(0);
            parts.computeIfAbsent(index, absent -> new Part(type, name, new StringBuilder()))
                    .text()
                    .append(event.get("delta").text());
        }

        void arguments(Field event) {
            arguments.append(event.get("delta").text());
        }

        boolean present() {
            return item != null || !parts.isEmpty();
        }

        void addTo(ArrayNode output) {
            ObjectNode known =
                    item == null ? StrictJson.object().put("type", "message").put("role", "assistant") : item;
            if (!whole && !parts.isEmpty()) {
                ArrayNode content = known.putArray("content");
                parts.values()
                        .forEach(part -> content.addObject()
                                .put("type", part.type())
                                .put(part.name(), part.text().toString()));
            }
            if (!whole && !arguments.isEmpty()) {
                known.put("arguments", arguments.toString());
            }
            boolean says = whole || !parts.isEmpty() || !arguments.isEmpty();
            if (says) {
                output.add(known);
            }
        }
    }
}
