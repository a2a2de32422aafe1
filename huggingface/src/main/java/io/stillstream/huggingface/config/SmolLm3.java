package io.stillstream.huggingface.config;

import io.stillstream.huggingface.config.GatedDecoder.Parts;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** SmolLM3: Llama with some layers, every fourth by default, that have no positional encoding. */
final class SmolLm3 {

    private static final double THETA = 2_000_000;
    private static final double EPSILON = 1e-6;
    private static final int UNROTATED = 4;

    private SmolLm3() {}

    static Architecture read(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, true);
        Heads heads = Llama.heads(config, given.hidden());
        // Published checkpoints have them, and nothing in transformers reads them for this family.
        config.ignore(Set.of("max_window_layers", "pretraining_tp"));
        Rope rope = new RopeReader(config, given.contextWindow()).read(heads.dimension(), THETA);
        List<Boolean> rotating = rotating(config, given.layers());
        boolean bias = config.flag("attention_bias", false);
        int window = Layers.window(config);
        boolean windows = config.flag("use_sliding_window", false) && window > 0;
        return new GatedDecoder(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                rope,
                rotating,
                windows ? window : 0,
                Layers.windowed(config, given.layers(), windows, i -> windows && !rotating.get(i)),
                config.activation("hidden_act", "silu"),
                new Parts(bias, bias, config.flag("mlp_bias", false), false));
    }

    private static List<Boolean> rotating(ConfigReader config, int layers) {
        int interval = config.whole("no_rope_layer_interval", UNROTATED);
        if (config.has("no_rope_layers")) {
            return config.layerFlags("no_rope_layers", layers);
        }
        Dimensions.requirePositive("no_rope_layer_interval", interval);
        return IntStream.rangeClosed(1, layers).mapToObj(i -> i % interval != 0).toList();
    }
}
