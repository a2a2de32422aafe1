package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final String EOS = "eos_token_id";
    private static final double DEFAULT_EPSILON = 1e-6;
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
        JsonNode config = ModelJson.read(file);
        try {
            return parse(config, eosTokenIds(config, directory));
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

    private static DecoderConfig parse(JsonNode node, List<Integer> eosTokenIds) {
        String modelType = node.path("model_type").asText();
        if (!modelType.equals("llama")) {
            throw new HuggingFaceException("unknown architecture: model_type is "
                    + ModelJson.shown(node.path("model_type")) + "; expected 'llama'");
        }
        requireDefault(node, "hidden_act", "silu");
        requireDefault(node, "attention_bias", "false");
        requireDefault(node, "mlp_bias", "false");
        JsonNode rope =
                node.path("rope_parameters").isObject() ? node.path("rope_parameters") : node.path("rope_scaling");
        String ropeType = rope.path("rope_type").asText(rope.path("type").asText("default"));
        if (!ropeType.equals("default")) {
            throw new HuggingFaceException("rope_type is " + ModelJson.shown(ropeType) + "; expected 'default'");
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
                ModelJson.wholeNumber(node, "num_key_value_heads").orElse(heads),
                ModelJson.wholeNumber(node, "head_dim").orElse(hidden / Math.max(heads, 1)),
                required(node, "max_position_embeddings"),
                (float) number(node, "rms_norm_eps", DEFAULT_EPSILON),
                number(rope, "rope_theta", number(node, "rope_theta", DEFAULT_ROPE_THETA)),
                flag(node, "tie_word_embeddings"),
                ModelJson.ids(node, "bos_token_id").stream().findFirst().orElse(null),
                eosTokenIds);
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
    private static List<Integer> eosTokenIds(JsonNode config, Path directory) {
        Path file = directory.resolve("generation_config.json");
        JsonNode generation = ModelJson.readIfPresent(file);
        boolean stated = generation.hasNonNull(EOS);
        try {
            return ModelJson.ids(stated ? generation : config, EOS);
        } catch (HuggingFaceException e) {
            throw stated ? new HuggingFaceException("with " + file.getFileName() + ": " + e.getMessage(), e) : e;
        }
    }

    private static int required(JsonNode node, String field) {
        return ModelJson.wholeNumber(node, field)
                .orElseThrow(() -> new HuggingFaceException(
                        field + " is " + ModelJson.shown(node.path(field)) + "; expected a whole number"));
    }

    private static double number(JsonNode node, String field, double otherwise) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new HuggingFaceException(field + " is " + ModelJson.shown(value) + "; expected a number");
        }
        return value.doubleValue();
    }

    private static boolean flag(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw new HuggingFaceException(field + " is " + ModelJson.shown(value) + "; expected true or false");
        }
        return value.asBoolean(false);
    }

    private static void requireDefault(JsonNode node, String field, String expected) {
        JsonNode found = node.path(field);
        if (!found.asText(expected).equals(expected)) {
            throw new HuggingFaceException(field + " is " + ModelJson.shown(found) + "; expected '" + expected + "'");
        }
    }

    private static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new HuggingFaceException(field + " is " + value + "; expected at least 1");
        }
    }
}
