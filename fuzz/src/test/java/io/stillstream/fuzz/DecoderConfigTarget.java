package io.stillstream.fuzz;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A student's {@code config.json}: what it is read as, and which weights it asks for. */
final class DecoderConfigTarget implements FuzzTarget {

    @Override
    public Promise promise() {
        return Promise.usual(HuggingFaceException.class);
    }

    @Override
    public void read(byte[] input) {
        var file = Scratch.file(DecoderConfig.FILE_NAME, input);
        DecoderConfig config = DecoderConfig.read(file.toAbsolutePath().getParent());
        var weights = config.architecture().parameters();
        Promise.require(weights.containsKey(config.architecture().head()), "no LM head among the weights");
        Promise.require(
                weights.values().stream().flatMap(List::stream).allMatch(size -> size > 0), "a weight without numbers");
        Promise.require(!config.architecture().attributes().isEmpty(), "nothing for the script");
    }

    @Override
    public List<byte[]> seeds() {
        String sizes = "\"vocab_size\":64,\"hidden_size\":32,\"intermediate_size\":48,\"num_hidden_layers\":2,"
                + "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"max_position_embeddings\":128";
        return List.of(
                seed(
                        "llama",
                        sizes + ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,"
                                + "\"high_freq_factor\":4,\"original_max_position_embeddings\":64}"),
                seed(
                        "gemma3_text",
                        sizes + ",\"layer_types\":[\"sliding_attention\",\"full_attention\"],"
                                + "\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\",\"factor\":8}}"),
                seed(
                        "phi3",
                        sizes + ",\"original_max_position_embeddings\":64,\"rope_scaling\":{\"type\":\"longrope\","
                                + "\"short_factor\":[1,1,1,1],\"long_factor\":[1,1,2,2]}"),
                seed("smollm3", sizes + ",\"no_rope_layers\":[1,0],\"eos_token_id\":[1,2]"),
                seed("gpt2", "\"vocab_size\":64,\"n_embd\":32,\"n_layer\":2,\"n_head\":4,\"n_positions\":128"),
                seed(
                        "opt",
                        "\"vocab_size\":64,\"hidden_size\":32,\"ffn_dim\":48,\"num_hidden_layers\":2,"
                                + "\"num_attention_heads\":4,\"max_position_embeddings\":128,\"word_embed_proj_dim\":16"),
                seed(
                        "t5",
                        "\"vocab_size\":64,\"d_model\":32,\"d_kv\":8,\"d_ff\":48,\"num_layers\":2,\"num_heads\":4,"
                                + "\"feed_forward_proj\":\"gated-gelu\",\"decoder_start_token_id\":0,\"n_positions\":64"),
                seed("bloom", "\"vocab_size\":64,\"n_embed\":32,\"n_layer\":2,\"n_head\":4"));
    }

    private static byte[] seed(String modelType, String fields) {
        return ("{\"model_type\":\"" + modelType + "\"," + fields + "}").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<String> words() {
        return List.of(
                "\"mistral\"",
                "\"mt5\"",
                "\"num_decoder_layers\"",
                "\"relative_attention_num_buckets\"",
                "\"qwen2\"",
                "\"qwen3\"",
                "\"gpt_neox\"",
                "\"gemma2\"",
                "\"rope_parameters\"",
                "\"rope_theta\"",
                "\"partial_rotary_factor\"",
                "\"dynamic\"",
                "\"yarn\"",
                "\"layer_types\"",
                "\"sliding_window\"",
                "\"head_dim\"",
                "\"quantization_config\"",
                "\"hidden_act\"",
                "\"gelu_new\"",
                "2147483647",
                "1e308",
                "-1",
                "null");
    }
}
