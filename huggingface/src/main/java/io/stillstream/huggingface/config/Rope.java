package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A rotary position embedding, and how it is stretched beyond the length that the model was trained with.
 *
 * @param kind default, linear, dynamic, llama3, yarn or longrope
 * @param dimension how many numbers of each head are rotated
 * @param theta the base of the frequencies
 * @param factor by how much positions are stretched
 * @param original positions that the model was trained with
 * @param slow llama3's {@code low_freq_factor}, yarn's {@code beta_slow}: turns within the original length
 * @param fast llama3's {@code high_freq_factor}, yarn's {@code beta_fast}
 * @param truncate whether yarn's range of frequencies ends at whole ones
 * @param attentionFactor multiplies cosine and sine
 * @param shortFactors longrope's, one for each frequency, up to the original length
 * @param longFactors the same beyond it
 */
public record Rope(
        String kind,
        int dimension,
        double theta,
        double factor,
        int original,
        double slow,
        double fast,
        boolean truncate,
        double attentionFactor,
        List<Double> shortFactors,
        List<Double> longFactors) {

    public static final String DEFAULT = "default";

    public Rope {
        shortFactors = List.copyOf(shortFactors);
        longFactors = List.copyOf(longFactors);
    }

    /** Beyond the original length, longrope has other frequencies; 0 for the other kinds, as {@link Architecture#switchLength}. */
    int switchLength() {
        return kind.equals("longrope") ? original : 0;
    }

    /**
     * The longest text whose frequencies do not depend on how long it is: the original length of dynamic and longrope, all others of
     * any length.
     */
    public int fixedLength() {
        return kind.equals("dynamic") || kind.equals("longrope") ? original : Integer.MAX_VALUE;
    }

    /** Unstretched. */
    static Rope plain(int dimension, double theta) {
        return new Rope(DEFAULT, dimension, theta, 1, 1, 1, 1, true, 1, List.of(), List.of());
    }

    /** The attributes of the script's class {@code rotary.Rope}. */
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("training", true);
        attributes.put("kind", kind);
        attributes.put("dimension", dimension);
        attributes.put("theta", theta);
        attributes.put("factor", factor);
        attributes.put("original", original);
        attributes.put("slow", slow);
        attributes.put("fast", fast);
        attributes.put("truncate", truncate);
        attributes.put("attention_factor", attentionFactor);
        attributes.put(
                "short_factors",
                shortFactors.stream().mapToDouble(Double::doubleValue).toArray());
        attributes.put(
                "long_factors",
                longFactors.stream().mapToDouble(Double::doubleValue).toArray());
        return attributes;
    }
}
