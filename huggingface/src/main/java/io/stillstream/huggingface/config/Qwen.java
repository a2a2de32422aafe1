package io.stillstream.huggingface.config;

import io.stillstream.huggingface.config.GatedDecoder.Parts;

/** Qwen 2, 2.5 and 3: Llama with biases of queries, keys and values, or with norms of each head's query and key. */
final class Qwen {

    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-6;
    private static final int WINDOW = 4096;
    private static final int FIRST_WINDOWED = 28;
    private static final int QWEN3_HEAD = 128;

    private Qwen() {}

    static Architecture read2(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, false);
        Heads heads = Llama.heads(config, given.hidden());
        return decoder(config, given, heads, new Parts(true, false, false, false));
    }

    static Architecture read3(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, false);
        int query = config.required("num_attention_heads");
        Heads heads =
                new Heads(query, config.whole("num_key_value_heads", query), config.whole("head_dim", QWEN3_HEAD));
        boolean bias = config.flag("attention_bias", false);
        return decoder(config, given, heads, new Parts(bias, bias, false, true));
    }

    private static Architecture decoder(ConfigReader config, Dimensions given, Heads heads, Parts parts) {
        Rope rope = new RopeReader(config, given.contextWindow()).read(heads.dimension(), THETA);
        boolean windows = config.flag("use_sliding_window", false);
        int window = config.whole("sliding_window", WINDOW);
        int first = config.whole("max_window_layers", FIRST_WINDOWED);
        return new GatedDecoder(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                rope,
                Layers.all(given.layers(), true),
                windows ? Layers.requireWindow(window) : 0,
                Layers.windowed(config, given.layers(), windows, i -> windows && i >= first),
                config.activation("hidden_act", "silu"),
                parts);
    }
}
