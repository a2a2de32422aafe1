package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bloom and Bloomz: linear biases of attention instead of positions, and a norm of the embeddings.
 *
 * @param epsilon of the norms
 * @param residualOfNorm whether blocks add to what they normed, and not to what they read
 */
public record Bloom(Dimensions dimensions, Heads heads, double epsilon, boolean residualOfNorm)
        implements Architecture {

    private static final double EPSILON = 1e-5;
    private static final long WIDENING = 4;
    /** What the models were trained with; the architecture itself has no longest text. */
    private static final int WINDOW = 2048;

    static Architecture read(ConfigReader config) {
        Dimensions dimensions = new Dimensions(
                config.required("vocab_size"),
                config.required("n_embed", "hidden_size"),
                config.required("n_layer", "num_hidden_layers"),
                config.whole("seq_length", WINDOW),
                config.flag("tie_word_embeddings", true));
        // Of how the models were trained; none of it changes what is computed unless slow_but_exact is true.
        config.ignore(Set.of(
                "attention_softmax_in_fp32",
                "bias_dropout_fusion",
                "masked_softmax_fusion",
                "n_inner",
                "offset_alibi",
                "pretraining_tp",
                "skip_bias_add",
                "skip_bias_add_qkv"));
        config.expect("slow_but_exact", false);
        return new Bloom(
                dimensions,
                Heads.of(dimensions.hidden(), config.required("n_head", "num_attention_heads")),
                config.positive("layer_norm_epsilon", EPSILON),
                config.flag("apply_residual_connection_post_layernorm", false));
    }

    @Override
    public String script() {
        return "bloom";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("epsilon", epsilon);
        attributes.put("scale", 1 / Math.sqrt(heads.dimension()));
        attributes.put("residual_of_norm", residualOfNorm);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes()
                .matrix(embedding(), dimensions.vocabulary(), hidden)
                .layerNorm("transformer.word_embeddings_layernorm", hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "transformer.h." + i + ".";
            shapes.layerNorm(layer + "input_layernorm", hidden)
                    .linear(layer + "self_attention.query_key_value", hidden, 3L * hidden, true)
                    .linear(layer + "self_attention.dense", hidden, hidden, true)
                    .layerNorm(layer + "post_attention_layernorm", hidden)
                    .linear(layer + "mlp.dense_h_to_4h", hidden, WIDENING * hidden, true)
                    .linear(layer + "mlp.dense_4h_to_h", WIDENING * hidden, hidden, true);
        }
        return shapes.layerNorm("transformer.ln_f", hidden).head(this).map();
    }

    @Override
    public String embedding() {
        return "transformer.word_embeddings.weight";
    }

    @Override
    public String prefix() {
        return "transformer.";
    }

    @Override
    public List<String> buffers() {
        return List.of();
    }
}
