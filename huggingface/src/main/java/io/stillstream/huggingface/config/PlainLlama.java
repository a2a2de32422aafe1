package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Llama decoder without biases whose rotary embedding is not stretched: what a new student is.
 *
 * @param keyValueHeads key and value heads; each serves {@code heads / keyValueHeads} query heads
 * @param contextWindow {@code max_position_embeddings}
 * @param ropeTheta base of the rotary embedding
 * @param tiedEmbeddings whether the LM head is the embedding
 * @param eosTokenIds tokens that end a text
 */
public record PlainLlama(
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int contextWindow,
        float rmsNormEpsilon,
        double ropeTheta,
        boolean tiedEmbeddings,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds) {

    private static final String MODEL_TYPE = "llama";
    private static final ObjectMapper JSON = new ObjectMapper();

    public PlainLlama {
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /** As {@link DecoderConfig#read} reads it. */
    public DecoderConfig config() {
        return DecoderConfig.parse(toJson(), eosTokenIds);
    }

    /** The {@code config.json} that transformers reads this shape from. */
    public ObjectNode toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.putArray("architectures").add("LlamaForCausalLM");
        node.put("model_type", MODEL_TYPE);
        node.put("vocab_size", vocabularySize);
        node.put("hidden_size", hiddenSize);
        node.put("intermediate_size", intermediateSize);
        node.put("num_hidden_layers", layers);
        node.put("num_attention_heads", heads);
        node.put("num_key_value_heads", keyValueHeads);
        node.put("head_dim", headDimension);
        node.put("max_position_embeddings", contextWindow);
        // Through its decimal form: 1e-5f as a double is 9.999999747378752e-6.
        node.put("rms_norm_eps", Double.parseDouble(Float.toString(rmsNormEpsilon)));
        node.put("rope_theta", ropeTheta);
        node.putObject("rope_parameters").put("rope_theta", ropeTheta).put("rope_type", Rope.DEFAULT);
        node.put("tie_word_embeddings", tiedEmbeddings);
        node.put("hidden_act", "silu");
        node.put("attention_bias", false);
        node.put("mlp_bias", false);
        node.put("torch_dtype", "float32");
        if (bosTokenId != null) {
            node.put("bos_token_id", bosTokenId);
        }
        if (eosTokenIds.size() == 1) {
            node.put("eos_token_id", eosTokenIds.get(0));
        } else if (!eosTokenIds.isEmpty()) {
            eosTokenIds.forEach(node.putArray("eos_token_id")::add);
        }
        return node;
    }
}
