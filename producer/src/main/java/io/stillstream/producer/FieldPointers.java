package io.stillstream.producer;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.configuration.Check;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a line of a shape of its own has what a prompt is made of: a JSON pointer (RFC 6901) for each of the fields that this
 * project's own lines have. What no pointer names is left out.
 */
public final class FieldPointers {

    /** What may be pointed at. */
    public static final List<String> NAMES = List.of(
            "id",
            "conversation_id",
            "messages",
            "prompt",
            "tools",
            "documents",
            "response",
            "finish_reason",
            "reference",
            "tenant",
            "created_at",
            "model",
            "metadata");

    private final Map<String, JsonPointer> pointers = new TreeMap<>();

    /** @param fields a pointer, such as {@code /data/chat/0}, for each name; none where lines have one of the known shapes */
    public FieldPointers(Map<String, String> fields) {
        fields.forEach((name, pointer) -> {
            Check.that(NAMES.contains(name), "fields", name, "names among " + NAMES);
            Check.that(
                    pointer.startsWith("/"),
                    "fields",
                    name + ": " + pointer,
                    "a JSON pointer, which begins with /, as /request/messages");
            pointers.put(name, JsonPointer.compile(pointer));
        });
    }

    /** The line itself where there are no pointers. */
    public JsonNode applied(JsonNode line) {
        if (pointers.isEmpty()) {
            return line;
        }
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        pointers.forEach((name, pointer) -> {
            JsonNode value = line.at(pointer);
            if (!value.isMissingNode()) {
                mapped.set(name, value);
            }
        });
        return mapped;
    }
}
