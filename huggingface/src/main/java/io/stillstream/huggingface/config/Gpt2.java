package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPT-2: learned positions, and linear maps stored as {@code [in, out]}.
 *
 * @param inner width of the feed-forward network
 * @param epsilon of the norms
 * @param scaled whether scores are divided by the root of the head's width
 * @param scaledByLayer whether scores of layer i are divided by i, counted from 1
 * @param activation as the script calls it
 */
public record Gpt2(
        Dimensions dimensions,
        int inner,
        Heads heads,
        double epsilon,
        boolean scaled,
        boolean scaledByLayer,
        String activation)
        implements Architecture {

    private static final String POSITIONS = "transformer.wpe.weight";

    private static final double EPSILON = 1e-5;
    private static final int WIDENING = 4;

    public Gpt2 {
        Dimensions.requirePositive("n_inner", inner);
    }

    static Architecture read(ConfigReader config) {
        Dimensions dimensions = new Dimensions(
                config.required("vocab_size"),
                config.required("n_embd", "hidden_size"),
                config.required("n_layer", "num_hidden_layers"),
                config.required("n_positions", "max_position_embeddings"),
                config.flag("tie_word_embeddings", true));
        // Of heads for other tasks; a copy of n_positions; and an order of operations that matters in half precision
        // alone.
        config.ignore(Set.of(
                "n_ctx",
                "reorder_and_upcast_attn",
                "summary_activation",
                "summary_first_dropout",
                "summary_proj_to_labels",
                "summary_type",
                "summary_use_proj"));
        config.expect("add_cross_attention", false);
        return new Gpt2(
                dimensions,
                config.whole("n_inner", WIDENING * dimensions.hidden()),
                Heads.of(dimensions.hidden(), config.required("n_head", "num_attention_heads")),
                config.positive("layer_norm_epsilon", EPSILON),
                config.flag("scale_attn_weights", true),
                config.flag("scale_attn_by_inverse_layer_idx", false),
                config.activation("activation_function", "gelu_new"));
    }

    /** What the scores of a layer, counted from 0, are multiplied with. */
    public double scale(int layer) {
        return (scaled ? 1 / Math.sqrt(heads.dimension()) : 1) / (scaledByLayer ? layer + 1 : 1);
    }

    @Override
    public String script() {
        return "gpt2";
    }

    @Override
    public Map<String, Object> attributes() {
        double[] scales = new double[dimensions.layers()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = scale(i);
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("epsilon", epsilon);
        attributes.put("scales", scales);
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes()
                .matrix(embedding(), dimensions.vocabulary(), hidden)
                .matrix(POSITIONS, dimensions.contextWindow(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "transformer.h." + i + ".";
            shapes.layerNorm(layer + "ln_1", hidden)
                    .transposed(layer + "attn.c_attn", hidden, 3L * hidden)
                    .transposed(layer + "attn.c_proj", hidden, hidden)
                    .layerNorm(layer + "ln_2", hidden)
                    .transposed(layer + "mlp.c_fc", hidden, inner)
                    .transposed(layer + "mlp.c_proj", inner, hidden);
        }
        return shapes.layerNorm("transformer.ln_f", hidden).head(this).map();
    }

    @Override
    public String embedding() {
        return "transformer.wte.weight";
    }

    @Override
    public List<String> positionEmbeddings() {
        return List.of(POSITIONS);
    }

    @Override
    public boolean transposedMaps() {
        return true;
    }

    @Override
    public String prefix() {
        return "transformer.";
    }

    @Override
    public List<String> buffers() {
        return List.of(".attn.bias", ".attn.masked_bias");
    }
}
