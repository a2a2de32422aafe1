package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Llama and what is built like it: pre-norm blocks of rotary attention with grouped heads, and a gated feed-forward network.
 *
 * @param intermediate width of the feed-forward network
 * @param epsilon of the norms
 * @param rotating of each layer, whether it rotates queries and keys
 * @param window how many positions a layer with a window sees, itself included; 0 where there is none
 * @param windowed of each layer, whether it has the window
 * @param activation as the script calls it
 */
public record GatedDecoder(
        Dimensions dimensions,
        int intermediate,
        Heads heads,
        double epsilon,
        Rope rope,
        List<Boolean> rotating,
        int window,
        List<Boolean> windowed,
        String activation,
        Parts parts)
        implements Architecture {

    static final String EMBEDDING = "model.embed_tokens.weight";

    /**
     * Which weights there are besides those of every such decoder.
     *
     * @param queryBias biases of queries, keys and values
     * @param outputBias a bias of attention's output
     * @param feedForwardBias biases of the feed-forward network
     * @param headNorms norms of each head's query and key
     */
    public record Parts(boolean queryBias, boolean outputBias, boolean feedForwardBias, boolean headNorms) {

        static final Parts NONE = new Parts(false, false, false, false);
    }

    public GatedDecoder {
        rotating = List.copyOf(rotating);
        windowed = List.copyOf(windowed);
        Dimensions.requirePositive("intermediate_size", intermediate);
    }

    @Override
    public String script() {
        return "llama";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("heads", heads.query());
        attributes.put("key_value_heads", heads.keyValue());
        attributes.put("epsilon", epsilon);
        attributes.put("scale", 1 / Math.sqrt(heads.dimension()));
        attributes.put("rope", rope);
        attributes.put("rotating", Layers.flags(rotating));
        attributes.put("window", window);
        attributes.put("windowed", Layers.flags(windowed));
        attributes.put("activation", activation);
        return attributes;
    }

    @Override
    public Map<String, List<Long>> parameters() {
        int hidden = dimensions.hidden();
        ParameterShapes shapes = new ParameterShapes().matrix(EMBEDDING, dimensions.vocabulary(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            String layer = "model.layers." + i + ".";
            String attention = layer + "self_attn.";
            shapes.vector(layer + "input_layernorm.weight", hidden)
                    .linear(attention + "q_proj", hidden, heads.queryWidth(), parts.queryBias())
                    .linear(attention + "k_proj", hidden, heads.keyValueWidth(), parts.queryBias())
                    .linear(attention + "v_proj", hidden, heads.keyValueWidth(), parts.queryBias())
                    .linear(attention + "o_proj", heads.queryWidth(), hidden, parts.outputBias());
            if (parts.headNorms()) {
                shapes.vector(attention + "q_norm.weight", heads.dimension())
                        .vector(attention + "k_norm.weight", heads.dimension());
            }
            shapes.vector(layer + "post_attention_layernorm.weight", hidden)
                    .linear(layer + "mlp.gate_proj", hidden, intermediate, parts.feedForwardBias())
                    .linear(layer + "mlp.up_proj", hidden, intermediate, parts.feedForwardBias())
                    .linear(layer + "mlp.down_proj", intermediate, hidden, parts.feedForwardBias());
        }
        return shapes.vector("model.norm.weight", hidden).head(this).map();
    }

    @Override
    public String embedding() {
        return EMBEDDING;
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
