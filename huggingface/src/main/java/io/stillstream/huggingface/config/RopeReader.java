package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads {@code rope_parameters}, as transformers 5 writes it, or {@code rope_theta} and {@code rope_scaling}, as before. */
final class RopeReader {

    static final String PARAMETERS = "rope_parameters";
    static final String SCALING = "rope_scaling";
    private static final String ORIGINAL = "original_max_position_embeddings";
    private static final String THETA = "rope_theta";
    static final String PARTIAL = "partial_rotary_factor";
    private static final double YARN_BETA_FAST = 32;
    private static final double YARN_BETA_SLOW = 1;

    private final ConfigReader config;
    private final int positions;

    /** @param positions {@code max_position_embeddings} */
    RopeReader(ConfigReader config, int positions) {
        this.config = config;
        this.positions = positions;
    }

    /** Of a family that rotates whole heads. */
    Rope read(int headDimension, double defaultTheta) {
        return read(headDimension, defaultTheta, List.of(THETA), 1, List.of());
    }

    /**
     * Of a family that may rotate a part of each head.
     *
     * @param thetaFields the base, where it stands beside and not in {@code rope_parameters}
     * @param partialFields likewise the share of each head that is rotated
     */
    Rope read(
            int headDimension,
            double defaultTheta,
            List<String> thetaFields,
            double defaultPartial,
            List<String> partialFields) {
        JsonNode parameters = object(PARAMETERS);
        JsonNode scaling = object(SCALING);
        if (!parameters.isMissingNode() && !scaling.isMissingNode()) {
            RopeAgreement.require(parameters, scaling);
        }
        boolean old = parameters.isMissingNode();
        ConfigReader rope = new ConfigReader(old ? scaling : parameters, (old ? SCALING : PARAMETERS) + ".");
        double theta = agreed(rope, THETA, thetaFields, defaultTheta);
        double partial = partialFields.isEmpty() ? 1 : agreed(rope, PARTIAL, partialFields, defaultPartial);
        return rope(rope, headDimension, theta, partial);
    }

    /**
     * Whether {@code rope_parameters} holds an object for each type of layer.
     *
     * @throws HuggingFaceException when it has such an object and something else
     */
    boolean isNested(String... layerTypes) {
        JsonNode parameters = config.value(PARAMETERS);
        Set<String> names = Set.of(layerTypes);
        List<String> others = new ArrayList<>();
        parameters.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                others.add(name);
            }
        });
        boolean nested = others.size() < parameters.size();
        if (nested && !others.isEmpty()) {
            String other = others.get(0);
            throw config.wrong(
                    PARAMETERS + "." + other,
                    parameters.path(other),
                    "nothing beside " + String.join(" and ", layerTypes));
        }
        return nested;
    }

    /** One of several: what {@code rope_parameters} holds for layers of a type. */
    Rope nested(String layerType, int headDimension, double defaultTheta) {
        JsonNode nested = config.value(PARAMETERS).path(layerType);
        if (!nested.isMissingNode() && !nested.isNull() && !nested.isObject()) {
            throw config.wrong(PARAMETERS + "." + layerType, nested, "an object");
        }
        ConfigReader rope = new ConfigReader(nested, PARAMETERS + "." + layerType + ".");
        return rope(rope, headDimension, rope.positive(THETA, defaultTheta), 1);
    }

    private Rope rope(ConfigReader rope, int headDimension, double theta, double partial) {
        if (!(partial > 0 && partial <= 1)) {
            throw new HuggingFaceException(PARTIAL + " is " + partial + "; expected a number above 0, up to 1");
        }
        int dimension = (int) (headDimension * partial);
        if (dimension < 2 || dimension % 2 != 0) {
            throw new HuggingFaceException(
                    "head_dim is " + headDimension + (partial == 1 ? "" : " and " + PARTIAL + " " + partial)
                            + "; rotary embeddings need an even number of at least 2 that is rotated");
        }
        String kind = kind(rope);
        Rope read = switch (kind) {
            case Rope.DEFAULT -> Rope.plain(dimension, theta);
            case "linear" -> stretched(kind, dimension, theta, factor(rope), 1, 1, 1, true, 1);
            case "dynamic" -> dynamic(rope, dimension, theta);
            case "llama3" -> llama3(rope, dimension, theta);
            case "yarn" -> yarn(rope, dimension, theta);
            case "longrope" -> longrope(rope, dimension, theta);
            default ->
                throw rope.wrong(
                        "rope_type",
                        rope.value("rope_type", "type"),
                        "default, linear, dynamic, llama3, yarn or longrope");
        };
        for (String unread : rope.unread()) {
            throw rope.wrong(
                    unread, rope.value(unread), "nothing else of a rotary embedding of the kind '" + kind + "'");
        }
        return read;
    }

    private Rope dynamic(ConfigReader rope, int dimension, double theta) {
        if (dimension < 4) {
            throw new HuggingFaceException(
                    "dynamic rotary embeddings of " + dimension + " numbers; expected at least 4");
        }
        if (rope.whole(ORIGINAL, positions) != positions) {
            throw rope.wrong(ORIGINAL, rope.value(ORIGINAL), "max_position_embeddings, " + positions);
        }
        return stretched("dynamic", dimension, theta, factor(rope), positions, 1, 1, true, 1);
    }

    private Rope llama3(ConfigReader rope, int dimension, double theta) {
        double low = rope.requiredNumber("low_freq_factor");
        double high = rope.requiredNumber("high_freq_factor");
        if (!(low > 0 && high > low)) {
            throw new HuggingFaceException(
                    "low_freq_factor is " + low + " and high_freq_factor " + high + "; expected 0 < low < high");
        }
        return stretched("llama3", dimension, theta, factor(rope), original(rope), low, high, true, 1);
    }

    private Rope yarn(ConfigReader rope, int dimension, double theta) {
        int original = original(rope);
        double factor = rope.positive("factor", (double) positions / original);
        double mscale = rope.number("mscale", 0);
        double mscaleAll = rope.number("mscale_all_dim", 0);
        double inferred =
                mscale != 0 && mscaleAll != 0 ? scale(factor, mscale) / scale(factor, mscaleAll) : scale(factor, 1);
        return stretched(
                "yarn",
                dimension,
                theta,
                factor,
                original,
                rope.positive("beta_slow", YARN_BETA_SLOW),
                rope.positive("beta_fast", YARN_BETA_FAST),
                rope.flag("truncate", true),
                rope.number("attention_factor", inferred));
    }

    private static double scale(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    private Rope longrope(ConfigReader rope, int dimension, double theta) {
        int original = original(rope);
        List<Double> shortFactors = factors(rope, "short_factor", dimension / 2);
        List<Double> longFactors = factors(rope, "long_factor", dimension / 2);
        double factor = rope.positive("factor", (double) positions / original);
        double inferred = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        double attentionFactor = rope.number("attention_factor", inferred);
        return new Rope(
                "longrope", dimension, theta, factor, original, 1, 1, true, attentionFactor, shortFactors, longFactors);
    }

    private static Rope stretched(
            String kind,
            int dimension,
            double theta,
            double factor,
            int original,
            double slow,
            double fast,
            boolean truncate,
            double attentionFactor) {
        return new Rope(
                kind, dimension, theta, factor, original, slow, fast, truncate, attentionFactor, List.of(), List.of());
    }

    private static double factor(ConfigReader rope) {
        double factor = rope.requiredNumber("factor");
        if (!(factor >= 1)) {
            throw rope.wrong("factor", rope.value("factor"), "a number of at least 1");
        }
        return factor;
    }

    /** Beside the rotary parameters it goes before what is in them, as in transformers. */
    private int original(ConfigReader rope) {
        int inside = rope.whole(ORIGINAL, positions);
        int original = config.whole(ORIGINAL, inside);
        Dimensions.requirePositive(ORIGINAL, original);
        return original;
    }

    private static List<Double> factors(ConfigReader rope, String field, int expected) {
        List<Double> factors = rope.numbers(field);
        if (factors.size() != expected || factors.stream().anyMatch(each -> each <= 0)) {
            throw rope.wrong(
                    field, rope.value(field), "a list of " + expected + " numbers above 0, one for each frequency");
        }
        return factors;
    }

    private static String kind(ConfigReader rope) {
        String type = rope.text("type", Rope.DEFAULT);
        String kind = rope.text("rope_type", type);
        if (rope.has("type") && !kind.equals(type)) {
            throw rope.wrong("type", rope.value("type"), ModelJson.shown(kind) + ", as rope_type has it");
        }
        // The name that Phi-3 was published with.
        return kind.equals("su") ? "longrope" : kind;
    }

    private JsonNode object(String field) {
        JsonNode value = config.value(field);
        if (!value.isMissingNode() && !value.isObject()) {
            throw config.wrong(field, value, "an object");
        }
        return value;
    }

    /** A number that may stand in the rotary parameters, beside them or both; it must be the same everywhere. */
    private double agreed(ConfigReader rope, String field, List<String> outer, double otherwise) {
        List<String> stated = outer.stream().filter(config::has).toList();
        double outside = stated.isEmpty() ? otherwise : config.positive(stated.get(0), otherwise);
        double agreed = rope.positive(field, outside);
        for (String other : stated) {
            if (config.positive(other, otherwise) != agreed) {
                throw config.wrong(other, config.value(other), agreed + ", as the configuration has it elsewhere");
            }
        }
        return agreed;
    }
}
