package io.stillstream.student.model;

import io.stillstream.huggingface.config.DecoderConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights that a Llama-family decoder of a given shape has: Hugging Face names and shapes, in reading order. */
public final class DecoderParameters {

    public static final String EMBEDDING = "model.embed_tokens.weight";
    public static final String OUTPUT = "lm_head.weight";

    private DecoderParameters() {}

    public static Map<String, List<Long>> of(DecoderConfig config) {
        long hidden = config.hiddenSize();
        long intermediate = config.intermediateSize();
        long query = (long) config.heads() * config.headDimension();
        long keyValue = (long) config.keyValueHeads() * config.headDimension();
        long vocabulary = config.vocabularySize();

        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put(EMBEDDING, List.of(vocabulary, hidden));
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            shapes.put(layer + "input_layernorm.weight", List.of(hidden));
            shapes.put(layer + "self_attn.q_proj.weight", List.of(query, hidden));
            shapes.put(layer + "self_attn.k_proj.weight", List.of(keyValue, hidden));
            shapes.put(layer + "self_attn.v_proj.weight", List.of(keyValue, hidden));
            shapes.put(layer + "self_attn.o_proj.weight", List.of(hidden, query));
            shapes.put(layer + "post_attention_layernorm.weight", List.of(hidden));
            shapes.put(layer + "mlp.gate_proj.weight", List.of(intermediate, hidden));
            shapes.put(layer + "mlp.up_proj.weight", List.of(intermediate, hidden));
            shapes.put(layer + "mlp.down_proj.weight", List.of(hidden, intermediate));
        }
        shapes.put("model.norm.weight", List.of(hidden));
        if (!config.tiedEmbeddings()) {
            shapes.put(OUTPUT, List.of(vocabulary, hidden));
        }
        return shapes;
    }
}
