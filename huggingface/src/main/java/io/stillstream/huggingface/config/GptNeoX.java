package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPT-NeoX and Pythia.
 *
 * @param intermediate width of the feed-forward network
 * @param epsilon of the norms
 * @param parallel whether attention and feed-forward network read the same state
 * @param attentionBias whether attention's linear maps have biases
 * @param activation as the script calls it
 */
public record GptNeoX(
        Dimensions dimensions,
        int intermediate,
        Heads heads,
        double epsilon,
        Rope rope,
        boolean parallel,
        boolean attentionBias,
        String activation)
        implements Architecture {

    private static final double EPSILON = 1e-5;
    private static final double THETA = 10_000;
    private static final double ROTATED = 0.25;

    public GptNeoX {
        Dimensions.requirePositive("intermediate_size", intermediate);
    }

    static Architecture read(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, false);
        Heads heads = Heads.of(given.hidden(), config.required("num_attention_heads"));
        Rope rope = new RopeReader(config, given.contextWindow())
                .read(
                        heads.dimension(),
                        THETA,
                        List.of("rope_theta", "rotary_emb_base"),
                        ROTATED,
                        List.of(RopeReader.PARTIAL, "rotary_pct"));
        config.ignore(Set.of("is_decoder"));
        return new GptNeoX(
                Llama.stretched(given, rope),
                config.required("intermediate_size"),
                heads,
                config.positive("layer_norm_eps", EPSILON),
                rope,
                config.flag("use_parallel_residual", true),
                config.flag("attention_bias", true),
                config.activation("hidden_act", "gelu"));
    }

    @Override
    public String script() {
        return "gpt_neox";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("epsilon", epsilon);
        attributes.put("scale", 1 / Math.sqrt(heads.dimension()));
        attributes.put("rope", rope);
        attributes.put("parallel", parallel);
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes().matrix(embedding(), dimensions.vocabulary(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "gpt_neox.layers." + i + ".";
            shapes.layerNorm(layer + "input_layernorm", hidden)
                    .linear(layer + "attention.query_key_value", hidden, 3L * hidden, attentionBias)
                    .linear(layer + "attention.dense", hidden, hidden, attentionBias)
                    .layerNorm(layer + "post_attention_layernorm", hidden)
                    .linear(layer + "mlp.dense_h_to_4h", hidden, intermediate, true)
                    .linear(layer + "mlp.dense_4h_to_h", intermediate, hidden, true);
        }
        return shapes.layerNorm("gpt_neox.final_layer_norm", hidden).head(this).map();
    }

    @Override
    public String embedding() {
        return "gpt_neox.embed_in.weight";
    }

    @Override
    public String untiedHead() {
        return "embed_out.weight";
    }

    @Override
    public int switchLength() {
        return rope.switchLength();
    }

    @Override
    public String prefix() {
        return "gpt_neox.";
    }

    @Override
    public List<String> buffers() {
        return List.of(".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq");
    }
}
