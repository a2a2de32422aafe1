package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.huggingface.adapter.AdapterConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decoder as {@code config.json} states it.
 *
 * @param modelType the family, as transformers calls it
 * @param eosTokenIds tokens that end a text; generation ends with the first
 */
public record DecoderConfig(
        String modelType,
        Architecture architecture,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds) {

    public static final String FILE_NAME = "config.json";

    private static final String GENERATION_CONFIG = "generation_config.json";
    private static final String EOS = "eos_token_id";
    private static final String BOS = "bos_token_id";

    public DecoderConfig {
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /**
     * The decoder in a directory, or the one that the adapter in it is for; the adapter's directory may state other ends of a
     * text.
     *
     * @throws HuggingFaceException when the file is missing, describes no decoder of a known family, or has a value or a key
     *     that may change the mathematics and is not understood
     */
    public static DecoderConfig read(Path directory) {
        return read(directory, AdapterConfig.model(directory));
    }

    /**
     * The same where the base is known.
     *
     * @param model the directory itself, or the base of the adapter in it
     */
    public static DecoderConfig read(Path directory, Path model) {
        Path file = model.resolve(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException("no config.json in " + model + "; expected a Hugging Face model directory");
        }
        JsonNode config = ModelJson.readObject(file);
        try {
            boolean own = Files.isRegularFile(directory.resolve(GENERATION_CONFIG));
            return parse(config, eosTokenIds(config, own ? directory : model));
        } catch (HuggingFaceException e) {
            throw new HuggingFaceException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The decoder of a configuration that is not a file yet.
     *
     * @param eosTokenIds tokens that end a text
     * @throws HuggingFaceException as {@link #read} does
     */
    public static DecoderConfig parse(JsonNode config, List<Integer> eosTokenIds) {
        String modelType = config.path("model_type").asText();
        ConfigReader reader = new ConfigReader(config, "");
        Architecture architecture = Families.of(config.path("model_type")).read(reader);
        Integer bos = ModelJson.ids(config, BOS).stream().findFirst().orElse(null);
        UnknownKeys.check(modelType, reader);
        return new DecoderConfig(modelType, architecture, bos, eosTokenIds);
    }

    /** The same with other tokens that end a text. */
    public DecoderConfig withEosTokenIds(List<Integer> others) {
        return new DecoderConfig(modelType, architecture, bosTokenId, others);
    }

    /** Rows of the embedding; a tokenizer may have fewer tokens. */
    public int vocabularySize() {
        return architecture.dimensions().vocabulary();
    }

    public int hiddenSize() {
        return architecture.dimensions().hidden();
    }

    /** Number of decoder blocks. */
    public int layers() {
        return architecture.dimensions().layers();
    }

    /** The longest sequence, in tokens; of prompt and response together also where an encoder reads the prompt. */
    public int contextWindow() {
        return architecture.dimensions().contextWindow();
    }

    /** Whether an encoder reads the prompt. */
    public boolean encodesPrompts() {
        return architecture.decoderStart() != null;
    }

    /**
     * How many of a prompt's tokens, counted from the first, an encoder reads: all but the last, after which the decoder writes the
     * response. None where there is no encoder.
     */
    public int sourceLength(int promptLength) {
        return encodesPrompts() ? promptLength - 1 : 0;
    }

    /** The same with an LM head of its own, see {@link Architecture#untied}. */
    public DecoderConfig untied() {
        return new DecoderConfig(modelType, architecture.untied(), bosTokenId, eosTokenIds);
    }

    /** Whether the LM head is the embedding. */
    public boolean tiedEmbeddings() {
        return architecture.dimensions().tied();
    }

    /** {@code generation_config.json} takes precedence over {@code config.json}. */
    private static List<Integer> eosTokenIds(JsonNode config, Path directory) {
        Path file = directory.resolve(GENERATION_CONFIG);
        JsonNode generation = ModelJson.readIfPresent(file);
        boolean stated = generation.hasNonNull(EOS);
        try {
            return ModelJson.ids(stated ? generation : config, EOS);
        } catch (HuggingFaceException e) {
            throw stated ? new HuggingFaceException("with " + file.getFileName() + ": " + e.getMessage(), e) : e;
        }
    }
}
