package io.stillstream.student.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.file.FileProblem;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.FloatTensorBuilder;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.SpecialTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes a random student: normal weights of the standard deviations that {@link InitialDeviations} has; biases of 0; norms that
 * change nothing.
 */
public final class StudentInitializer {

    private static final float NORM_EPSILON = 1e-5f;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String source;
    private final Model model;
    private final long seed;

    /** What is made of a tokenizer. */
    private interface Model {

        ObjectNode config(int vocabularySize, SpecialTokens special);
    }

    /**
     * A Llama decoder.
     *
     * @param seed the same seed gives the same weights
     */
    public StudentInitializer(StudentShape shape, long seed) {
        this("a Llama decoder", (vocabularySize, special) -> llama(shape, vocabularySize, special), seed);
    }

    /**
     * A decoder of any family that trains.
     *
     * @param config its {@code config.json}, or the directory that has one
     * @param seed the same seed gives the same weights
     */
    public StudentInitializer(Path config, long seed) {
        this(
                config.toString(),
                (vocabularySize, special) -> StudentConfigs.withTokenizer(config, vocabularySize, special),
                seed);
    }

    private StudentInitializer(String source, Model model, long seed) {
        this.source = source;
        this.model = model;
        this.seed = seed;
    }

    /**
     * Writes a Hugging Face directory of an untrained student.
     *
     * @param directory created when missing
     * @param tokenizerDirectory a directory with a {@code tokenizer.json}; the vocabulary is its
     * @throws StudentException when the tokenizer cannot be read, or the configuration is no decoder's that trains here
     */
    public void write(Path directory, Path tokenizerDirectory) {
        try (TextTokenizer tokenizer = TextTokenizer.load(tokenizerDirectory)) {
            SpecialTokens special = SpecialTokens.of(tokenizerDirectory, tokenizer);
            ObjectNode config = model.config(tokenizer.vocabularySize(), special);
            List<TensorData> weights = weights(config, parsed(config, special), seed);
            Files.createDirectories(directory);
            writeCompanions(directory, tokenizerDirectory, config);
            WeightFiles.remove(directory);
            WeightFiles.write(ModelOutput.to(directory), weights);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException(
                    "a new student could not be written to " + directory + ": "
                            + (e instanceof IOException failure ? FileProblem.of(failure) : e.getMessage()),
                    e);
        }
    }

    /** Writes all of a new student but its weights: the tokenizer's files, and the configuration. */
    public static void writeCompanions(Path directory, Path tokenizerDirectory, ObjectNode config) throws IOException {
        TokenizerFiles.read(tokenizerDirectory)
                .without(DecoderConfig.FILE_NAME)
                .without("generation_config.json")
                .write(ModelOutput.to(directory));
        Files.writeString(directory.resolve(DecoderConfig.FILE_NAME), config.toPrettyString());
        Files.writeString(
                directory.resolve("generation_config.json"),
                generationConfig(config).toPrettyString());
    }

    /** What transformers reads there, and not in the configuration, when it generates. */
    private static ObjectNode generationConfig(ObjectNode config) {
        ObjectNode node = JSON.createObjectNode();
        List<String> fields = config.has("decoder_start_token_id")
                ? List.of("bos_token_id", "pad_token_id", "decoder_start_token_id")
                : List.of("bos_token_id");
        for (String field : fields) {
            if (config.hasNonNull(field)) {
                node.set(field, config.path(field));
            }
        }
        JsonNode end = config.path("eos_token_id");
        if (!end.isEmpty() || end.isInt()) {
            node.set("eos_token_id", end.isArray() ? end.path(0) : end);
        }
        return node;
    }

    private DecoderConfig parsed(ObjectNode config, SpecialTokens special) {
        try {
            return DecoderConfig.parse(config, special.ends());
        } catch (HuggingFaceException e) {
            throw new HuggingFaceException(source + ": " + e.getMessage(), e);
        }
    }

    private static ObjectNode llama(StudentShape shape, int vocabularySize, SpecialTokens special) {
        return new PlainLlama(
                        vocabularySize,
                        shape.hiddenSize(),
                        shape.intermediateSize(),
                        shape.layers(),
                        shape.heads(),
                        shape.keyValueHeads(),
                        shape.hiddenSize() / shape.heads(),
                        shape.contextWindow(),
                        NORM_EPSILON,
                        shape.ropeTheta(),
                        shape.tiedEmbeddings(),
                        special.beginning(),
                        special.ends())
                .toJson();
    }

    /**
     * Random weights for a decoder, as {@link #write} writes them.
     *
     * @param json what the decoder's configuration was read from
     */
    public static List<TensorData> weights(ObjectNode json, DecoderConfig config, long seed) {
        Random random = new Random(seed);
        InitialDeviations deviations = InitialDeviations.of(json, config);
        List<TensorData> weights = new ArrayList<>();
        config.architecture().parameters().forEach((name, dimensions) -> {
            FloatTensorBuilder values = new FloatTensorBuilder(new TensorInfo(name, Dtype.F32, dimensions));
            long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
            boolean matrix = dimensions.size() > 1;
            double scale = matrix ? deviations.of(name) : 0;
            float constant = name.endsWith(".bias") ? 0 : deviations.gain();
            for (long i = 0; i < elements; i++) {
                values.add(matrix ? (float) (random.nextGaussian() * scale) : constant);
            }
            weights.add(values.build());
        });
        return weights;
    }
}
