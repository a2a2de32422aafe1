package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a Llama-family decoder, as {@code config.json} states it.
 *
 * @param layers number of decoder blocks
 * @param heads query heads
 * @param keyValueHeads key and value heads; each serves {@code heads / keyValueHeads} query heads
 * @param contextWindow {@code max_position_embeddings}
 * @param ropeTheta base of the rotary embedding
 * @param tiedEmbeddings whether the output projection is the embedding
 * @param eosTokenIds tokens that end a text; generation ends with the first
 */
public record DecoderConfig(
        String modelType,
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

    public static final String FILE_NAME = "config.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double DEFAULT_ROPE_THETA = 10_000.0;

    public DecoderConfig {
        eosTokenIds = List.copyOf(eosTokenIds);
        requirePositive("vocab_size", vocabularySize);
        requirePositive("hidden_size", hiddenSize);
        requirePositive("intermediate_size", intermediateSize);
        requirePositive("num_hidden_layers", layers);
        requirePositive("num_attention_heads", heads);
        requirePositive("num_key_value_heads", keyValueHeads);
        requirePositive("head_dim", headDimension);
        requirePositive("max_position_embeddings", contextWindow);
        if (heads % keyValueHeads != 0) {
            throw new HuggingFaceException(
                    "num_attention_heads " + heads + " is no multiple of num_key_value_heads " + keyValueHeads);
        }
        if (headDimension % 2 != 0) {
            throw new HuggingFaceException("head_dim is " + headDimension + "; rotary embeddings need an even one");
        }
    }

    /** @throws HuggingFaceException when the file is missing or does not describe a plain Llama decoder */
    public static DecoderConfig read(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException(
                    "no config.json in " + directory + "; expected a Hugging Face model directory");
        }
        try {
            return parse(JSON.readTree(file.toFile()), directory);
        } catch (IOException e) {
            throw new HuggingFaceException(file + " is not JSON: " + e.getMessage(), e);
        } catch (HuggingFaceException e) {
            throw new HuggingFaceException(file + ": " + e.getMessage(), e);
        }
    }

    /** The same with other tokens that end a text. */
    public DecoderConfig withEosTokenIds(List<Integer> others) {
        return new DecoderConfig(
                modelType,
                vocabularySize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headDimension,
                contextWindow,
                rmsNormEpsilon,
                ropeTheta,
                tiedEmbeddings,
                bosTokenId,
                others);
    }

    private static DecoderConfig parse(JsonNode node, Path directory) throws IOException {
        String modelType = node.path("model_type").asText("none");
        if (!modelType.equals("llama")) {
            throw new HuggingFaceException("unknown architecture: model_type is '" + modelType + "'; expected 'llama'");
        }
        requireDefault(node, "hidden_act", "silu");
        requireDefault(node, "attention_bias", "false");
        requireDefault(node, "mlp_bias", "false");
        JsonNode rope =
                node.path("rope_parameters").isObject() ? node.path("rope_parameters") : node.path("rope_scaling");
        String ropeType = rope.path("rope_type").asText(rope.path("type").asText("default"));
        if (!ropeType.equals("default")) {
            throw new HuggingFaceException("rope_type is '" + ropeType + "'; expected 'default'");
        }
        int heads = required(node, "num_attention_heads");
        int hidden = required(node, "hidden_size");
        return new DecoderConfig(
                modelType,
                required(node, "vocab_size"),
                hidden,
                required(node, "intermediate_size"),
                required(node, "num_hidden_layers"),
                heads,
                node.path("num_key_value_heads").asInt(heads),
                node.path("head_dim").asInt(hidden / Math.max(heads, 1)),
                required(node, "max_position_embeddings"),
                (float) node.path("rms_norm_eps").asDouble(1e-6),
                rope.path("rope_theta").asDouble(node.path("rope_theta").asDouble(DEFAULT_ROPE_THETA)),
                node.path("tie_word_embeddings").asBoolean(false),
                node.path("bos_token_id").isInt() ? node.path("bos_token_id").intValue() : null,
                eosTokenIds(node, directory));
    }

    /** The {@code config.json} that transformers reads this shape from. */
    public String toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.putArray("architectures").add("LlamaForCausalLM");
        node.put("model_type", modelType);
        node.put("vocab_size", vocabularySize);
        node.put("hidden_size", hiddenSize);
        node.put("intermediate_size", intermediateSize);
        node.put("num_hidden_layers", layers);
        node.put("num_attention_heads", heads);
        node.put("num_key_value_heads", keyValueHeads);
        node.put("head_dim", headDimension);
        node.put("max_position_embeddings", contextWindow);
        node.put("rms_norm_eps", Double.parseDouble(Float.toString(rmsNormEpsilon)));
        node.put("rope_theta", ropeTheta);
        node.putObject("rope_parameters").put("rope_theta", ropeTheta).put("rope_type", "default");
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
        return node.toPrettyString();
    }

    /** {@code generation_config.json} takes precedence over {@code config.json}. */
    private static List<Integer> eosTokenIds(JsonNode config, Path directory) throws IOException {
        Path generation = directory.resolve("generation_config.json");
        JsonNode node = Files.isRegularFile(generation)
                ? JSON.readTree(generation.toFile()).path("eos_token_id")
                : config.path("eos_token_id");
        if (node.isMissingNode() || node.isNull()) {
            node = config.path("eos_token_id");
        }
        List<Integer> ids = new ArrayList<>();
        if (node.isInt()) {
            ids.add(node.intValue());
        }
        node.forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    private static int required(JsonNode node, String field) {
        if (!node.path(field).isInt()) {
            throw new HuggingFaceException(field + " is " + node.path(field) + "; expected a whole number");
        }
        return node.path(field).intValue();
    }

    private static void requireDefault(JsonNode node, String field, String expected) {
        String found = node.path(field).asText(expected);
        if (!found.equals(expected)) {
            throw new HuggingFaceException(field + " is '" + found + "'; expected '" + expected + "'");
        }
    }

    private static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new HuggingFaceException(field + " is " + value + "; expected at least 1");
        }
    }
}
