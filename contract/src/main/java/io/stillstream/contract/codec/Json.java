package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** JSON as the wire has it. */
final class Json {

    private static final ExactJson JSON = new ExactJson();

    private Json() {}

    /** @throws ContractException when the field is there and neither a string nor null */
    static @Nullable String text(JsonNode node, String field, String where) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new ContractException(where + ": " + field + " is " + kind(value) + "; expected a string");
        }
        return value.textValue();
    }

    static void putIfPresent(ObjectNode node, String field, @Nullable String value) {
        if (value != null) {
            node.put(field, value);
        }
    }

    /**
     * @param what names the text in the error
     * @throws ContractException when it is not JSON
     */
    static JsonNode parse(String json, String what) {
        try {
            return JSON.read(json);
        } catch (JsonProcessingException e) {
            throw new ContractException(what + " is not JSON: " + JsonProblem.of(e), e);
        }
    }

    static JsonNode read(byte[] json) throws IOException {
        return JSON.read(json);
    }

    static byte[] write(JsonNode node) throws JsonProcessingException {
        return JSON.write(node);
    }

    static ObjectNode object() {
        return JSON.object();
    }

    static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
