package io.stillstream.student.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.config.DecoderConfig;
import java.util.List;

/** The standard deviations of a fresh model's matrices, and what its norms begin with. */
sealed interface InitialDeviations {

    /** Of a matrix, by its name. */
    double of(String matrix);

    /** What a norm's gain is. */
    float gain();

    /** @param json what the decoder's configuration was read from */
    static InitialDeviations of(JsonNode json, DecoderConfig config) {
        return config.encodesPrompts() ? T5.of(json) : Plain.of(json, config);
    }

    /**
     * One for all, {@code initializer_range} or 0.02, divided by √(2 · layers) where a block adds to the residual stream, as GPT-2
     * does.
     */
    record Plain(double deviation, int layers, float gain) implements InitialDeviations {

        private static final double USUAL = 0.02;

        /** The last matrix of an attention or of a feed-forward network, as the families call it. */
        private static final List<String> JOINING_RESIDUAL = List.of(
                "o_proj.weight",
                "down_proj.weight",
                "c_proj.weight",
                "out_proj.weight",
                "fc2.weight",
                "attention.dense.weight",
                "dense_4h_to_h.weight");

        private static Plain of(JsonNode json, DecoderConfig config) {
            return new Plain(
                    json.path("initializer_range").asDouble(USUAL),
                    config.layers(),
                    config.architecture().neutralGain());
        }

        @Override
        public double of(String matrix) {
            return JOINING_RESIDUAL.stream().anyMatch(matrix::endsWith)
                    ? deviation / Math.sqrt(2.0 * layers)
                    : deviation;
        }
    }

    /**
     * As T5 draws them: one over the square root of what a matrix adds up, times {@code initializer_factor}. Scores of its attention
     * are not scaled, so that queries are smaller by the square root of a head's width; embeddings and an LM head of its own have
     * the factor itself.
     *
     * @param hidden d_model
     * @param inner d_ff
     * @param head d_kv
     */
    record T5(double factor, int hidden, int inner, int head, int heads) implements InitialDeviations {

        private static T5 of(JsonNode json) {
            return new T5(
                    json.path("initializer_factor").asDouble(1),
                    json.path("d_model").asInt(),
                    json.path("d_ff").asInt(),
                    json.path("d_kv").asInt(),
                    json.path("num_heads").asInt());
        }

        @Override
        public double of(String matrix) {
            return factor / Math.sqrt(variance(matrix));
        }

        private double variance(String matrix) {
            if (matrix.endsWith("Attention.q.weight")) {
                return (double) hidden * head;
            }
            if (matrix.endsWith("Attention.o.weight")) {
                return (double) heads * head;
            }
            if (matrix.endsWith("DenseReluDense.wo.weight")) {
                return inner;
            }
            return matrix.startsWith("encoder.") || matrix.startsWith("decoder.") ? hidden : 1;
        }

        @Override
        public float gain() {
            return (float) factor;
        }
    }
}
