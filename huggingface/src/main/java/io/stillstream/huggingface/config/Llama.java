package io.stillstream.huggingface.config;

import io.stillstream.huggingface.config.GatedDecoder.Parts;

/** Llama 1 to 3, SmolLM 1 and 2, and whatever says that it is one. */
final class Llama {

    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-6;

    private Llama() {}

    static Architecture read(ConfigReader config) {
        Dimensions given = dimensions(config, false);
        config.expectOne("pretraining_tp");
        Heads heads = heads(config, given.hidden());
        boolean attentionBias = config.flag("attention_bias", false);
        Rope rope = new RopeReader(config, given.contextWindow()).read(heads.dimension(), THETA);
        return new GatedDecoder(
                stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                rope,
                Layers.all(given.layers(), true),
                0,
                Layers.all(given.layers(), false),
                config.activation("hidden_act", "silu"),
                new Parts(attentionBias, attentionBias, config.flag("mlp_bias", false), false));
    }

    static Dimensions dimensions(ConfigReader config, boolean tied) {
        return new Dimensions(
                config.required("vocab_size"),
                config.required("hidden_size"),
                config.required("num_hidden_layers"),
                config.required("max_position_embeddings"),
                config.flag("tie_word_embeddings", tied));
    }

    static Heads heads(ConfigReader config, int hidden) {
        int query = config.required("num_attention_heads");
        return new Heads(
                query,
                config.whole("num_key_value_heads", query),
                config.whole("head_dim", hidden / Math.max(query, 1)));
    }

    /** With the window that a rotary embedding reaches which is stretched at run time. */
    static Dimensions stretched(Dimensions given, Rope rope) {
        boolean stretches = rope.kind().equals("dynamic") || rope.kind().equals("yarn");
        double reached = stretches ? rope.factor() * rope.original() : 0;
        return new Dimensions(
                given.vocabulary(),
                given.hidden(),
                given.layers(),
                (int) Math.max(given.contextWindow(), reached),
                given.tied());
    }
}
