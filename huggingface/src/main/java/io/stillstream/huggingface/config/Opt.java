package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OPT: learned positions behind two rows for padding.
 *
 * @param intermediate width of the feed-forward network
 * @param embeddingWidth of the embeddings; where it is not the hidden state's, they are projected
 * @param normFirst whether a block norms what it reads, else its sums
 * @param finalNorm whether the last hidden state is normed
 * @param bias whether linear maps have biases
 * @param activation as the script calls it
 */
public record Opt(
        Dimensions dimensions,
        int intermediate,
        Heads heads,
        int embeddingWidth,
        boolean normFirst,
        boolean finalNorm,
        boolean bias,
        String activation)
        implements Architecture {

    private static final String POSITIONS = "model.decoder.embed_positions.weight";

    /** What torch has by default: the configuration states none. */
    private static final double EPSILON = 1e-5;

    /** Rows of the position embedding before that of the first position. */
    public static final int PADDING_ROWS = 2;

    public Opt {
        Dimensions.requirePositive("ffn_dim", intermediate);
        Dimensions.requirePositive("word_embed_proj_dim", embeddingWidth);
    }

    static Architecture read(ConfigReader config) {
        Dimensions given = Llama.dimensions(config, true);
        config.expect("layer_norm_elementwise_affine", true);
        boolean normFirst = config.flag("do_layer_norm_before", true);
        boolean withoutFinalNorm = config.flag("_remove_final_layer_norm", false);
        return new Opt(
                given,
                config.required("ffn_dim"),
                Heads.of(given.hidden(), config.required("num_attention_heads")),
                config.whole("word_embed_proj_dim", given.hidden()),
                normFirst,
                normFirst && !withoutFinalNorm,
                config.flag("enable_bias", true),
                config.activation("activation_function", "relu"));
    }

    /** Of the norms. */
    public double epsilon() {
        return EPSILON;
    }

    /** Whether the embeddings are of another width than the hidden state, and projected from one to the other. */
    public boolean projects() {
        return embeddingWidth != dimensions.hidden();
    }

    @Override
    public String script() {
        return "opt";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("epsilon", EPSILON);
        attributes.put("scale", 1 / Math.sqrt(heads.dimension()));
        attributes.put("norm_first", normFirst);
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        String decoder = "model.decoder.";
        ParameterShapes shapes = new ParameterShapes()
                .matrix(embedding(), dimensions.vocabulary(), embeddingWidth)
                .matrix(POSITIONS, (long) dimensions.contextWindow() + PADDING_ROWS, hidden);
        if (projects()) {
            shapes.linear(decoder + "project_in", embeddingWidth, hidden, false)
                    .linear(decoder + "project_out", hidden, embeddingWidth, false);
        }
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = decoder + "layers." + i + ".";
            shapes.linear(layer + "self_attn.q_proj", hidden, hidden, bias)
                    .linear(layer + "self_attn.k_proj", hidden, hidden, bias)
                    .linear(layer + "self_attn.v_proj", hidden, hidden, bias)
                    .linear(layer + "self_attn.out_proj", hidden, hidden, bias)
                    .layerNorm(layer + "self_attn_layer_norm", hidden)
                    .linear(layer + "fc1", hidden, intermediate, bias)
                    .linear(layer + "fc2", intermediate, hidden, bias)
                    .layerNorm(layer + "final_layer_norm", hidden);
        }
        if (finalNorm) {
            shapes.layerNorm(decoder + "final_layer_norm", hidden);
        }
        return shapes.head(this).map();
    }

    @Override
    public String embedding() {
        return "model.decoder.embed_tokens.weight";
    }

    @Override
    public List<String> positionEmbeddings() {
        return List.of(POSITIONS);
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public List<String> buffers() {
        return List.of();
    }
}
