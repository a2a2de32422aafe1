package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The events of Anthropic's streams, joined to the message that they tell. */
final class AnthropicEvents {

    private static final Set<String> HARMLESS = Set.of("usage", "index", "citation", "signature", "context_management");

    private final ObjectNode message = StrictJson.object();
    private final Map<Integer, Block> blocks = new TreeMap<>();

    private AnthropicEvents() {}

    static boolean hold(Field array) {
        return array.items().stream().anyMatch(event -> {
            String type = event.get("type").peek();
            return type.equals("message_start") || type.equals("content_block_delta");
        });
    }

    static Field join(Field events, Call call) {
        var joined = new AnthropicEvents();
        events.items().forEach(event -> joined.add(event, call));
        return events.besides(joined.message());
    }

    private void add(Field event, Call call) {
        Failures.check(event);
        event.ignore(HARMLESS);
        Field type = event.get("type");
        switch (type.text()) {
            case "message_start" -> start(event.get("message"), call);
            case "content_block_start" ->
                blocks.put(event.get("index").index(blocks.size()), new Block((ObjectNode)
                        object(event.get("content_block"))));
            case "content_block_delta" -> {
                Block block =
                        blocks.computeIfAbsent(event.get("index").index(0), index -> new Block(StrictJson.object()));
                block.add(event.get("delta"));
            }
            case "message_delta" -> {
                Field delta = event.get("delta");
                delta.ignore(Set.of("stop_sequence", "container"));
                if (delta.has("stop_reason")) {
                    message.put("stop_reason", delta.get("stop_reason").text());
                }
            }
            default -> {
                // The end of a block, a ping, or an event that the API adds: its clients are to take no notice of
                // those.
                event.ignore();
            }
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode object(Field field) {
        if (!field.isObject()) {
            throw field.invalid("an object");
        }
        return field.whole().deepCopy();
    }

    private void start(Field start, Call call) {
        call.answerId(start.get("id"));
        call.model(start.get("model"));
        start.ignore(Set.of("type", "content", "usage", "stop_sequence", "container"));
        message.put("role", start.get("role").text());
    }

    private ObjectNode message() {
        ArrayNode content = message.putArray("content");
        blocks.values().forEach(block -> content.add(block.whole()));
        if (!message.has("stop_reason")) {
            message.put("stop_reason", FinishReasons.ABORTED);
        }
        return message;
    }

    /** A block as it grows. */
    private static final class Block {

        private final ObjectNode block;
        private final Map<String, StringBuilder> texts = new TreeMap<>();
        private final StringBuilder input = new StringBuilder();

        Block(ObjectNode block) {
            this.block = block;
        }

        void add(Field delta) {
            delta.ignore(HARMLESS);
            Field type = delta.get("type");
            switch (type.text()) {
                case "text_delta" -> append("text", delta.get("text").text());
                case "thinking_delta" ->
                    append("thinking", delta.get("thinking").text());
                case "input_json_delta" ->
                    input.append(delta.get("partial_json").text());
                case "signature_delta", "citations_delta" -> delta.ignore();
                default -> throw type.invalid("a delta of text, of a thought or of a tool's input");
            }
        }

        private void append(String field, String more) {
            texts.computeIfAbsent(
                            field, name -> new StringBuilder(block.path(name).asText("")))
                    .append(more);
        }

        ObjectNode whole() {
            texts.forEach((name, text) -> block.put(name, text.toString()));
            if (!block.has("type")) {
                block.put("type", input.isEmpty() ? "text" : "tool_use");
            }
            if (!input.isEmpty()) {
                try {
                    block.set("input", StrictJson.parse(input.toString()));
                } catch (JsonProcessingException e) {
                    // It broke off in the middle: what there is of it is what the model wrote.
                    block.put("input", input.toString());
                }
            }
            return block;
        }
    }
}
