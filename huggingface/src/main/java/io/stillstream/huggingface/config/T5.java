package io.stillstream.huggingface.config;

import io.stillstream.huggingface.HuggingFaceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * T5 and mT5: an encoder reads the prompt, and a decoder that attends to it writes the response. Attention has biases by distance,
 * which share buckets, and no positions.
 *
 * @param encoderLayers number of the encoder's blocks; {@code dimensions} has the decoder's
 * @param inner width of the feed-forward network
 * @param epsilon of the norms
 * @param buckets of distances, each with a bias for each head
 * @param longestDistance from which on all are in the last bucket
 * @param gated whether the feed-forward network is gated
 * @param activation as the script calls it
 * @param outputScale what the last hidden state is multiplied by
 * @param start the token that the decoder reads first
 */
record T5(
        Dimensions dimensions,
        int encoderLayers,
        int inner,
        Heads heads,
        double epsilon,
        int buckets,
        int longestDistance,
        boolean gated,
        String activation,
        double outputScale,
        int start)
        implements Architecture {

    private static final String FEED_FORWARD = "feed_forward_proj";
    private static final String GATED = "gated-";
    private static final String RELATIVE_BIAS = "0.SelfAttention.relative_attention_bias.weight";

    private static final double EPSILON = 1e-6;
    private static final int BUCKETS = 32;
    private static final int LONGEST_DISTANCE = 128;
    /** So that a distance of each side has a bucket of its own, and a longer one too. */
    private static final int FEWEST_BUCKETS = 4;
    /** What mT5 was trained with on each side; the architecture itself has no longest text. */
    private static final int SIDE = 1024;

    T5 {
        Dimensions.requireLayers("num_layers", encoderLayers);
        Dimensions.requirePositive("d_ff", inner);
        if (buckets < FEWEST_BUCKETS) {
            throw new HuggingFaceException(
                    "relative_attention_num_buckets is " + buckets + "; expected at least " + FEWEST_BUCKETS);
        }
        if (longestDistance <= buckets / 2) {
            throw new HuggingFaceException("relative_attention_max_distance is " + longestDistance
                    + "; expected more than half of the relative_attention_num_buckets, " + buckets);
        }
        if (start < 0 || start >= dimensions.vocabulary()) {
            throw new HuggingFaceException("decoder_start_token_id is " + start + "; expected 0 to "
                    + (dimensions.vocabulary() - 1) + ", a row of the embedding");
        }
    }

    /** The models of 2019 scale what their LM head reads. Those of version 1.1 do not, and say so by not tying it. */
    static Architecture read(ConfigReader config) {
        boolean tied = config.flag("tie_word_embeddings", true);
        return read(config, tied, config.flag("scale_decoder_outputs", tied));
    }

    static Architecture readMultilingual(ConfigReader config) {
        return read(config, config.flag("tie_word_embeddings", true), false);
    }

    private static Architecture read(ConfigReader config, boolean tied, boolean scaled) {
        int hidden = config.required("d_model", "hidden_size");
        int encoderLayers = config.required("num_layers", "num_hidden_layers");
        int heads = config.required("num_heads", "num_attention_heads");
        int side = config.whole("n_positions", SIDE);
        if (side < 1 || side > Integer.MAX_VALUE / 2) {
            throw config.wrong("n_positions", config.value("n_positions"), "1 to " + Integer.MAX_VALUE / 2);
        }
        config.expect("is_encoder_decoder", true);
        config.expect("is_decoder", false);
        // Of heads for other tasks, of training, and of what a model returns.
        config.ignore(Set.of("classifier_dropout", "initializer_factor", "output_past"));
        String kind = config.text(FEED_FORWARD, "relu");
        boolean gated = kind.startsWith(GATED);
        String activation = activation(config, kind, gated);
        return new T5(
                new Dimensions(
                        config.required("vocab_size"),
                        hidden,
                        config.whole("num_decoder_layers", encoderLayers),
                        2 * side,
                        tied),
                encoderLayers,
                config.required("d_ff"),
                new Heads(heads, heads, config.required("d_kv", "head_dim")),
                config.positive("layer_norm_epsilon", EPSILON),
                config.whole("relative_attention_num_buckets", BUCKETS),
                config.whole("relative_attention_max_distance", LONGEST_DISTANCE),
                gated,
                activation,
                scaled ? 1 / Math.sqrt(hidden) : 1,
                config.whole("decoder_start_token_id", config.whole("pad_token_id", 0)));
    }

    /** As transformers has it, {@code gated-gelu} is the approximation by a hyperbolic tangent, and {@code gelu} is not. */
    private static String activation(ConfigReader config, String kind, boolean gated) {
        String name = gated ? kind.substring(GATED.length()) : kind;
        String activation = config.activation(
                FEED_FORWARD, gated && name.equals("gelu") ? "gelu_new" : name, ", each also after '" + GATED + "'");
        // What transformers makes of the one key, and writes beside it.
        if (config.has("dense_act_fn")
                && !config.activation("dense_act_fn", name).equals(activation)) {
            throw config.wrong("dense_act_fn", config.value("dense_act_fn"), "that of feed_forward_proj");
        }
        if (config.flag("is_gated_act", gated) != gated) {
            throw config.wrong("is_gated_act", config.value("is_gated_act"), gated + ", as feed_forward_proj has it");
        }
        return activation;
    }

    @Override
    public String script() {
        return "t5";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("encoder_layers", encoderLayers);
        attributes.put("heads", heads.query());
        attributes.put("epsilon", epsilon);
        attributes.put("longest_distance", longestDistance);
        attributes.put("gated", gated);
        attributes.put("activation", activation);
        attributes.put("output_scale", outputScale);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        ParameterShapes shapes =
                new ParameterShapes().matrix(embedding(), dimensions.vocabulary(), dimensions.hidden());
        for (int i = 0; i < encoderLayers; i++) {
            block(shapes, "encoder", i, false);
        }
        shapes.vector("encoder.final_layer_norm.weight", dimensions.hidden());
        for (int i = 0; i < dimensions.layers(); i++) {
            block(shapes, "decoder", i, true);
        }
        return shapes.vector("decoder.final_layer_norm.weight", dimensions.hidden())
                .head(this)
                .map();
    }

    private void block(ParameterShapes shapes, String side, int i, boolean attendsToSource) {
        String layer = side + ".block." + i + ".layer.";
        if (i == 0) {
            shapes.matrix(layer + RELATIVE_BIAS, buckets, heads.query());
        }
        attention(shapes, layer + "0.", "SelfAttention.");
        if (attendsToSource) {
            attention(shapes, layer + "1.", "EncDecAttention.");
        }
        String last = layer + (attendsToSource ? "2." : "1.");
        int hidden = dimensions.hidden();
        for (String name : gated ? List.of("wi_0", "wi_1") : List.of("wi")) {
            shapes.linear(last + "DenseReluDense." + name, hidden, inner, false);
        }
        shapes.linear(last + "DenseReluDense.wo", inner, hidden, false).vector(last + "layer_norm.weight", hidden);
    }

    private void attention(ParameterShapes shapes, String layer, String name) {
        int hidden = dimensions.hidden();
        for (String map : List.of("q", "k", "v")) {
            shapes.linear(layer + name + map, hidden, heads.queryWidth(), false);
        }
        shapes.linear(layer + name + "o", heads.queryWidth(), hidden, false)
                .vector(layer + "layer_norm.weight", hidden);
    }

    @Override
    public String embedding() {
        return "shared.weight";
    }

    @Override
    public List<String> embeddingCopies() {
        return List.of("encoder.embed_tokens.weight", "decoder.embed_tokens.weight");
    }

    @Override
    public Integer decoderStart() {
        return start;
    }

    /** transformers 5 says of all these models that the head is tied, and ties it where its weights do not say otherwise. */
    @Override
    public Architecture untied() {
        return new T5(
                dimensions.untied(),
                encoderLayers,
                inner,
                heads,
                epsilon,
                buckets,
                longestDistance,
                gated,
                activation,
                outputScale,
                start);
    }

    @Override
    public String prefix() {
        return "";
    }

    /** Of the first versions, whose decoders had a bias of attention to the source that nothing read. */
    @Override
    public List<String> buffers() {
        return List.of("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
    }
}
