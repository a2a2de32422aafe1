package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one JSON object strictly: each value has its type, and what nobody asked for is known in the end. */
final class ConfigReader {

    private static final Map<String, String> ACTIVATIONS = Map.of(
            "silu", "silu",
            "swish", "silu",
            "relu", "relu",
            "gelu", "gelu",
            "gelu_new", "gelu_tanh",
            "gelu_fast", "gelu_tanh",
            "gelu_pytorch_tanh", "gelu_tanh");

    private static final Pattern PLAIN = Pattern.compile("[\\w.-]{1,60}");

    private final JsonNode node;
    private final String place;
    private final Set<String> read = new HashSet<>();

    /** @param place goes before the fields' names in errors: empty, or {@code "rope_scaling."} */
    ConfigReader(JsonNode node, String place) {
        this.node = node;
        this.place = place;
    }

    /** The value of the first of these fields that there is; missing where there is none, or where it is null. */
    JsonNode value(String... fields) {
        read.addAll(List.of(fields));
        for (String field : fields) {
            if (node.hasNonNull(field)) {
                return node.path(field);
            }
        }
        return ModelJson.missing();
    }

    boolean has(String field) {
        return !value(field).isMissingNode();
    }

    /** Whether it is there, and null. */
    boolean isNull(String field) {
        return node.path(field).isNull();
    }

    int required(String... fields) {
        JsonNode value = value(fields);
        if (value.isMissingNode()) {
            throw wrong(fields[0], node.path(fields[0]), "a whole number");
        }
        return whole(name(fields), value);
    }

    int whole(String field, int otherwise) {
        JsonNode value = value(field);
        return value.isMissingNode() ? otherwise : whole(field, value);
    }

    private int whole(String field, JsonNode value) {
        if (!value.isInt()) {
            throw wrong(field, value, "a whole number of at most " + Integer.MAX_VALUE);
        }
        return value.intValue();
    }

    double number(String field, double otherwise) {
        JsonNode value = value(field);
        return value.isMissingNode() ? otherwise : number(field, value);
    }

    double requiredNumber(String field) {
        return number(field, value(field));
    }

    private double number(String field, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(field, value, "a number");
        }
        return value.doubleValue();
    }

    double positive(String field, double otherwise) {
        double value = number(field, otherwise);
        if (!(value > 0)) {
            throw wrong(field, value(field), "a number above 0");
        }
        return value;
    }

    boolean flag(String field, boolean otherwise) {
        JsonNode value = value(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong(field, value, "true or false");
        }
        return value.booleanValue();
    }

    String text(String field, String otherwise) {
        JsonNode value = value(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw wrong(field, value, "a text");
        }
        return value.textValue();
    }

    /** Refuses everything but this value, and its absence. */
    void expect(String field, boolean expected) {
        if (flag(field, expected) != expected) {
            throw wrong(field, value(field), String.valueOf(expected));
        }
    }

    /** Refuses everything but 1, and its absence. */
    void expectOne(String field) {
        if (whole(field, 1) != 1) {
            throw wrong(field, value(field), "1");
        }
    }

    List<Double> numbers(String field) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode each : list(field)) {
            numbers.add(number(field, each));
        }
        return numbers;
    }

    /** A list of as many texts as there are layers, each one of two: whether it is the second. */
    List<Boolean> layerTypes(int layers, String one, String other) {
        JsonNode list = list("layer_types");
        List<Boolean> found = new ArrayList<>();
        for (JsonNode each : list) {
            if (!each.asText().equals(one) && !each.asText().equals(other)) {
                throw wrong("layer_types", each, "'" + one + "' or '" + other + "'");
            }
            found.add(each.asText().equals(other));
        }
        requireLayers("layer_types", found.size(), layers);
        return found;
    }

    /** A list with 0 or 1 for each layer, or more. */
    List<Boolean> layerFlags(String field, int layers) {
        List<Boolean> found = new ArrayList<>();
        for (JsonNode each : list(field)) {
            if (!each.isInt() || each.intValue() < 0 || each.intValue() > 1) {
                throw wrong(field, each, "0 or 1");
            }
            found.add(each.intValue() == 1);
        }
        requireLayers(field, Math.min(found.size(), layers), layers);
        return found.subList(0, layers);
    }

    private void requireLayers(String field, int found, int layers) {
        if (found != layers) {
            throw new HuggingFaceException(place + field + " is a list of " + found + "; expected one of " + layers
                    + ", the number of layers");
        }
    }

    private JsonNode list(String field) {
        JsonNode value = value(field);
        if (!value.isArray()) {
            throw wrong(field, value, "a list");
        }
        return value;
    }

    /** What a script calls the activation function. */
    String activation(String field, String otherwise) {
        return activation(field, text(field, otherwise), "");
    }

    /**
     * The same of a part of a field's value.
     *
     * @param name the part
     * @param others what else an error says may be there
     */
    String activation(String field, String name, String others) {
        String known = ACTIVATIONS.get(name);
        if (known == null) {
            throw wrong(
                    field,
                    value(field),
                    "one of "
                            + String.join(
                                    ", ", ACTIVATIONS.keySet().stream().sorted().toList())
                            + others);
        }
        return known;
    }

    /** The fields that nobody has asked for, but for those that are null. */
    List<String> unread() {
        List<String> names = new ArrayList<>();
        for (Iterator<String> each = node.fieldNames(); each.hasNext(); ) {
            String name = each.next();
            if (!read.contains(name) && !node.path(name).isNull()) {
                names.add(name);
            }
        }
        Collections.sort(names);
        return names;
    }

    void ignore(Set<String> fields) {
        read.addAll(fields);
    }

    HuggingFaceException wrong(String field, JsonNode value, String expected) {
        return new HuggingFaceException(
                place + shown(field) + " is " + ModelJson.shown(value) + "; expected " + expected);
    }

    /** A key as an error shows it: those that are written like names as they are. */
    static String shown(String field) {
        return PLAIN.matcher(field).matches() ? field : ModelJson.shown(field);
    }

    private String name(String... fields) {
        for (String field : fields) {
            if (node.hasNonNull(field)) {
                return field;
            }
        }
        return fields[0];
    }
}
