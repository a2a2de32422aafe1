package io.stillstream.producer.parsing.field;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.ExactJson;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** JSON whose every value comes back as it was written: numbers with all of their digits, and no field twice. */
public final class StrictJson {

    /** Less than the depth that the prompt's own JSON may have, which holds parts of the line. */
    private static final int DEEPEST_NESTING = 500;

    private static final String ESCAPE = "\\u";

    private static final ExactJson JSON = new ExactJson(StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST_NESTING)
            .maxStringLength(Integer.MAX_VALUE)
            .build());

    private StrictJson() {}

    public static JsonNode parse(String text) throws JsonProcessingException {
        return JSON.read(text);
    }

    /**
     * Whether UTF-8 can hold all of it: not with half a surrogate pair, which JSON can escape.
     *
     * @param text what it was parsed from, itself without half a pair: without an escape in it nothing else can hold one
     */
    public static boolean encodable(JsonNode node, String text) {
        return !text.contains(ESCAPE) || encodable(node, StandardCharsets.UTF_8.newEncoder());
    }

    private static boolean encodable(JsonNode node, CharsetEncoder utf8) {
        if (node.isTextual()) {
            return utf8.canEncode(node.textValue());
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            if (!utf8.canEncode(names.next())) {
                return false;
            }
        }
        for (JsonNode child : node) {
            if (!encodable(child, utf8)) {
                return false;
            }
        }
        return true;
    }

    public static ArrayNode array() {
        return JSON.array();
    }

    public static ObjectNode object() {
        return JSON.object();
    }
}
