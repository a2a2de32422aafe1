package io.stillstream.producer.parsing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads optional fields of a line. Of several names the first that is present counts; a value of the wrong type throws. */
final class Fields {

    private Fields() {}

    static @Nullable String text(JsonNode node, String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (value.isTextual()) {
                return value.textValue();
            }
            if (!value.isMissingNode() && !value.isNull()) {
                throw new InvalidFieldException(name + " is " + kind(value) + "; expected a string");
            }
        }
        return null;
    }

    /** ISO-8601, or seconds since 1970 as OpenAI writes them. */
    static @Nullable Instant instant(JsonNode node, String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            try {
                return value.isNumber()
                        ? Instant.ofEpochMilli(Math.round(value.doubleValue() * 1000))
                        : Instant.parse(value.asText());
            } catch (DateTimeException e) {
                throw new InvalidFieldException(
                        name + " is not a time; expected ISO-8601, as 2026-01-31T12:00:00Z, or seconds since 1970");
            }
        }
        return null;
    }

    static Map<String, String> map(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw new InvalidFieldException(name + " is " + kind(value) + "; expected an object");
        }
        Map<String, String> map = new LinkedHashMap<>();
        value.properties()
                .forEach(entry -> map.put(
                        entry.getKey(),
                        entry.getValue().isValueNode()
                                ? entry.getValue().asText()
                                : entry.getValue().toString()));
        return map;
    }

    static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
