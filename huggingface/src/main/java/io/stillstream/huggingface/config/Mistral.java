package io.stillstream.huggingface.config;

import io.stillstream.huggingface.config.GatedDecoder.Parts;

/** Mistral: Llama whose layers may all have a sliding window. */
final class Mistral {

    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-6;

    private Mistral() {}

    static Architecture read(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, false);
        Heads heads = Llama.heads(config, given.hidden());
        Rope rope = new RopeReader(config, given.contextWindow()).read(heads.dimension(), THETA);
        int window = Layers.window(config);
        return new GatedDecoder(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                rope,
                Layers.all(given.layers(), true),
                window,
                Layers.all(given.layers(), window > 0),
                config.activation("hidden_act", "silu"),
                Parts.NONE);
    }
}
