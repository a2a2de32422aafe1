package io.stillstream.huggingface.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Python's {@code json.loads} gives it to a template: integers of any size, other numbers as doubles, of which the
 * words {@code NaN} and {@code Infinity} are some.
 */
final class JsonValues {

    /** The longest integer that Python makes of a text. */
    private static final int MOST_DIGITS = 4300;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(MOST_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonValues() {}

    /** @return null when the text is no JSON object */
    static @Nullable Map<?, ?> object(String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            return node.isObject() ? (Map<?, ?>) value(node) : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable Object value(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> mapping = new LinkedHashMap<>();
            node.properties().forEach(entry -> mapping.put(entry.getKey(), value(entry.getValue())));
            return mapping;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(item -> list.add(value(item)));
            return list;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? (Object) node.longValue() : node.bigIntegerValue();
        }
        return node.isNumber() ? node.doubleValue() : null;
    }
}
