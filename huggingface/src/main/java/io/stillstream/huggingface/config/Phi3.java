package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Phi-3 and Phi-4-mini: Llama with queries, keys and values in one linear map, gate and up in another, and a part of each head
 * rotated.
 *
 * @param intermediate width of the feed-forward network
 * @param epsilon of the norms
 * @param window how many positions a layer sees, itself included; 0 for all
 * @param activation as the script calls it
 */
public record Phi3(
        Dimensions dimensions, int intermediate, Heads heads, double epsilon, Rope rope, int window, String activation)
        implements Architecture {

    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-5;

    public Phi3 {
        Dimensions.requirePositive("intermediate_size", intermediate);
    }

    static Architecture read(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, false);
        Heads heads = Llama.heads(config, given.hidden());
        Rope rope = new RopeReader(config, given.contextWindow())
                .read(heads.dimension(), THETA, List.of("rope_theta"), 1, List.of(RopeReader.PARTIAL));
        if (!rope.kind().equals("longrope")) {
            // What a model without longrope states as its own length, whatever its window.
            config.whole("original_max_position_embeddings", given.contextWindow());
        }
        config.expect("attention_bias", false);
        // Of Phi-4-mini's own code, at values that change nothing; transformers does not read them.
        config.expectOne("full_attn_mod");
        config.expectOne("interpolate_factor");
        return new Phi3(
                given,
                config.required("intermediate_size"),
                heads,
                config.positive("rms_norm_eps", EPSILON),
                rope,
                Layers.window(config),
                config.activation("hidden_act", "silu"));
    }

    @Override
    public String script() {
        return "phi3";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("key_value_heads", heads.keyValue());
        attributes.put("epsilon", epsilon);
        attributes.put("scale", 1 / Math.sqrt(heads.dimension()));
        attributes.put("rope", rope);
        attributes.put("window", window);
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes().matrix(embedding(), dimensions.vocabulary(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "model.layers." + i + ".";
            shapes.vector(layer + "input_layernorm.weight", hidden)
                    .linear(layer + "self_attn.qkv_proj", hidden, heads.queryWidth() + 2 * heads.keyValueWidth(), false)
                    .linear(layer + "self_attn.o_proj", heads.queryWidth(), hidden, false)
                    .vector(layer + "post_attention_layernorm.weight", hidden)
                    .linear(layer + "mlp.gate_up_proj", hidden, 2L * intermediate, false)
                    .linear(layer + "mlp.down_proj", intermediate, hidden, false);
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

    @Override
    public String prefix() {
        return "model.";
    }
}
