package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gemma 2, and the text models of Gemma 3.
 *
 * @param intermediate width of the feed-forward network
 * @param epsilon of the norms
 * @param scoreScalar scores are divided by its root
 * @param scoreCap a positive number c where scores are c · tanh(score / c), else 0
 * @param logitSoftCap likewise of logits
 * @param rope of layers that see everything
 * @param windowRope of layers with a window
 * @param window how many positions these see, itself included
 * @param windowed of each layer, whether it has the window
 * @param activation as the script calls it
 * @param headNorms whether each head's query and key are normed
 */
public record Gemma(
        Dimensions dimensions,
        int intermediate,
        Heads heads,
        double epsilon,
        double scoreScalar,
        double scoreCap,
        double logitSoftCap,
        Rope rope,
        Rope windowRope,
        int window,
        List<Boolean> windowed,
        String activation,
        boolean headNorms)
        implements Architecture {

    private static final double EPSILON = 1e-6;
    private static final double THETA = 10_000;
    private static final double GEMMA3_THETA = 1_000_000;
    private static final int HEAD = 256;
    private static final int WINDOW = 4096;
    private static final double GEMMA2_SCORE_CAP = 50;
    private static final double GEMMA2_LOGIT_CAP = 30;
    private static final int GEMMA3_PATTERN = 6;

    public Gemma {
        windowed = List.copyOf(windowed);
        Dimensions.requirePositive("intermediate_size", intermediate);
        Layers.requireWindow(window);
    }

    static Architecture read2(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, true);
        Heads heads = heads(config);
        Rope rope = new RopeReader(config, given.contextWindow()).read(heads.dimension(), THETA);
        return new Gemma(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                config.positive("query_pre_attn_scalar", HEAD),
                cap(config, "attn_logit_softcapping", GEMMA2_SCORE_CAP),
                cap(config, "final_logit_softcapping", GEMMA2_LOGIT_CAP),
                rope,
                rope,
                window(config),
                Layers.windowed(config, given.layers(), true, i -> i % 2 == 0),
                config.activation("hidden_activation", "gelu_pytorch_tanh"),
                false);
    }

    static Architecture read3(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, true);
        Heads heads = heads(config);
        RopeReader ropes = new RopeReader(config, given.contextWindow());
        double windowTheta = config.positive("rope_local_base_freq", THETA);
        boolean nested = ropes.isNested(Layers.FULL, Layers.WINDOWED);
        Rope rope = nested
                ? ropes.nested(Layers.FULL, heads.dimension(), config.positive("rope_theta", GEMMA3_THETA))
                : ropes.read(heads.dimension(), GEMMA3_THETA);
        Rope windowRope = nested
                ? ropes.nested(Layers.WINDOWED, heads.dimension(), windowTheta)
                : Rope.plain(heads.dimension(), windowTheta);
        // Newer versions of transformers write it with an underscore, and layer_types beside it.
        int newer = config.whole("_sliding_window_pattern", GEMMA3_PATTERN);
        int pattern = config.whole("sliding_window_pattern", newer);
        Dimensions.requirePositive("sliding_window_pattern", pattern);
        return new Gemma(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                config.positive("query_pre_attn_scalar", HEAD),
                cap(config, "attn_logit_softcapping", 0),
                cap(config, "final_logit_softcapping", 0),
                rope,
                windowRope,
                window(config),
                Layers.windowed(config, given.layers(), true, i -> (i + 1) % pattern != 0),
                config.activation("hidden_activation", "gelu_pytorch_tanh"),
                true);
    }

    private static Heads heads(ConfigReader config) {
        // Early checkpoints have them, and no version of transformers reads them.
        config.ignore(Set.of("hidden_act", "sliding_window_size"));
        config.expect("attention_bias", false);
        config.expect("use_bidirectional_attention", false);
        int query = config.required("num_attention_heads");
        return new Heads(query, config.required("num_key_value_heads"), config.whole("head_dim", HEAD));
    }

    /** 0 where the configuration says null; what the family has by default where it says nothing. */
    private static double cap(ConfigReader config, String field, double otherwise) {
        return config.isNull(field) || (otherwise == 0 && !config.has(field)) ? 0 : config.positive(field, otherwise);
    }

    private static int window(ConfigReader config) {
        return config.has("sliding_window") ? config.required("sliding_window") : WINDOW;
    }

    @Override
    public String script() {
        return "gemma";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("key_value_heads", heads.keyValue());
        attributes.put("epsilon", epsilon);
        attributes.put("scale", 1 / Math.sqrt(scoreScalar));
        attributes.put("embedding_scale", Math.sqrt(dimensions.hidden()));
        attributes.put("score_cap", scoreCap);
        attributes.put("rope", rope);
        attributes.put("window_rope", windowRope);
        attributes.put("window", window);
        attributes.put("windowed", Layers.flags(windowed));
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes().matrix(embedding(), dimensions.vocabulary(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "model.layers." + i + ".";
            String attention = layer + "self_attn.";
            shapes.vector(layer + "input_layernorm.weight", hidden)
                    .linear(attention + "q_proj", hidden, heads.queryWidth(), false)
                    .linear(attention + "k_proj", hidden, heads.keyValueWidth(), false)
                    .linear(attention + "v_proj", hidden, heads.keyValueWidth(), false)
                    .linear(attention + "o_proj", heads.queryWidth(), hidden, false);
            if (headNorms) {
                shapes.vector(attention + "q_norm.weight", heads.dimension())
                        .vector(attention + "k_norm.weight", heads.dimension());
            }
            shapes.vector(layer + "post_attention_layernorm.weight", hidden)
                    .vector(layer + "pre_feedforward_layernorm.weight", hidden)
                    .linear(layer + "mlp.gate_proj", hidden, intermediate, false)
                    .linear(layer + "mlp.up_proj", hidden, intermediate, false)
                    .linear(layer + "mlp.down_proj", intermediate, hidden, false)
                    .vector(layer + "post_feedforward_layernorm.weight", hidden);
        }
        return shapes.vector("model.norm.weight", hidden).head(this).map();
    }

    @Override
    public String embedding() {
        return GatedDecoder.EMBEDDING;
    }

    @Override
    public int switchLength() {
        return rope.switchLength();
    }

    /** Its norms multiply by 1 + w. */
    @Override
    public float neutralGain() {
        return 0;
    }

    @Override
    public String prefix() {
        return "model.";
    }
}
