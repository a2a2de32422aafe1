package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.text.Printable;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object of a request, each read with its type and range. A field that is null counts as left out, as
 * clients send it. For one thread.
 */
final class JsonFields {

    private final ObjectNode object;
    private final String path;
    private final Set<String> read = new HashSet<>();

    /** @param path what errors put before a field's name: empty, or as {@code messages[0].} */
    JsonFields(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** @throws ApiException when it is no object */
    static JsonFields of(JsonNode node, String param) {
        if (!(node instanceof ObjectNode object)) {
            throw new ApiException(ApiError.wrongType(param, kind(node), "an object"));
        }
        return new JsonFields(object, param + ".");
    }

    /** The name of a field in errors. */
    String param(String name) {
        return path + name;
    }

    /** A field of any type; null where it was left out. */
    @Nullable
    JsonNode value(String name) {
        read.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String name) {
        JsonNode value = value(name);
        return value == null ? null : text(value, param(name));
    }

    String requiredText(String name, String expected) {
        String text = text(name);
        if (text == null) {
            throw new ApiException(ApiError.missing(param(name), expected));
        }
        return text;
    }

    /** @throws ApiException when it is no text, or one that UTF-8 has no bytes for */
    static String text(JsonNode value, String param) {
        if (!value.isTextual()) {
            throw new ApiException(ApiError.wrongType(param, kind(value), "a string"));
        }
        String text = value.textValue();
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(unit)) {
                throw new ApiException(ApiError.wrongValue(
                        param, "a string with half a surrogate pair", "a string of whole characters"));
            }
        }
        return text;
    }

    boolean flag(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new ApiException(ApiError.wrongType(param(name), kind(value), "true or false"));
        }
        return value.booleanValue();
    }

    @Nullable
    Integer integer(String name, int least, int most) {
        Long value = longInteger(name, least, most);
        return value == null ? null : Math.toIntExact(value);
    }

    @Nullable
    Long longInteger(String name, long least, long most) {
        JsonNode value = value(name);
        String expected = "a whole number from " + least + " to " + most;
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber()) {
            throw new ApiException(ApiError.wrongType(param(name), kind(value), expected));
        }
        if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
            throw new ApiException(ApiError.wrongValue(param(name), brief(value), expected));
        }
        return value.longValue();
    }

    double number(String name, double least, double most, double otherwise) {
        JsonNode value = value(name);
        if (value == null) {
            return otherwise;
        }
        String expected = "a number from " + least + " to " + most;
        if (!value.isNumber()) {
            throw new ApiException(ApiError.wrongType(param(name), kind(value), expected));
        }
        double number = value.doubleValue();
        if (!(number >= least && number <= most)) {
            throw new ApiException(ApiError.wrongValue(param(name), brief(value), expected));
        }
        return number;
    }

    /** @throws ApiException when there is a field that nobody has read */
    void requireAllRead() {
        object.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                throw new ApiException(ApiError.unknown(param(brief(name))));
            }
        });
    }

    static String kind(JsonNode value) {
        if (value.isNumber()) {
            return value.isIntegralNumber() ? "a whole number" : "a number";
        }
        return switch (value.getNodeType()) {
            case STRING -> "a string";
            case NULL -> "null";
            case BOOLEAN -> "a boolean";
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            default -> value.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    /** A number itself, and of anything else what {@linkplain #kind kind} it is. */
    static String shown(JsonNode value) {
        return value.isNumber() ? brief(value) : kind(value);
    }

    private static String brief(JsonNode number) {
        return brief(number.asText());
    }

    private static String brief(String text) {
        int most = 40;
        return Printable.line(text.length() <= most ? text : text.substring(0, most) + "…");
    }
}
