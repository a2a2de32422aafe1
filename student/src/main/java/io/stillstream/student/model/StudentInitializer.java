package io.stillstream.student.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.jspecify.annotations.Nullable;

/**
 * Writes a random student: normal weights of standard deviation 0.02, divided by √(2 · layers) where a block adds to the
 * residual stream (as GPT-2 does), gains of 1.
 */
public final class StudentInitializer {

    private static final double STANDARD_DEVIATION = 0.02;
    private static final float NORM_EPSILON = 1e-5f;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StudentShape shape;
    private final Random random;

    /** @param seed the same seed gives the same weights */
    public StudentInitializer(StudentShape shape, long seed) {
        this.shape = shape;
        this.random = new Random(seed);
    }

    /**
     * Writes a Hugging Face directory of an untrained student.
     *
     * @param directory created when missing
     * @param tokenizerDirectory a directory with a {@code tokenizer.json}; the vocabulary is its
     */
    public void write(Path directory, Path tokenizerDirectory) {
        try {
            PlainLlama model = model(tokenizerDirectory);
            Files.createDirectories(directory);
            writeCompanions(directory, tokenizerDirectory, model.toJson(), model.bosTokenId(), model.eosTokenIds());
            WeightFiles.remove(directory);
            WeightFiles.write(ModelOutput.to(directory), weights(model));
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("a new student could not be written to " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Writes all of a new student but its weights: the tokenizer's files, and the configuration. */
    public static void writeCompanions(
            Path directory,
            Path tokenizerDirectory,
            String configJson,
            @Nullable Integer bosTokenId,
            List<Integer> eosTokenIds)
            throws IOException {
        TokenizerFiles.read(tokenizerDirectory)
                .without(DecoderConfig.FILE_NAME)
                .without("generation_config.json")
                .write(ModelOutput.to(directory));
        Files.writeString(directory.resolve(DecoderConfig.FILE_NAME), configJson);
        Files.writeString(directory.resolve("generation_config.json"), generationConfig(bosTokenId, eosTokenIds));
    }

    private PlainLlama model(Path tokenizerDirectory) {
        try (TextTokenizer tokenizer = TextTokenizer.load(tokenizerDirectory)) {
            SpecialTokens special = SpecialTokens.of(tokenizerDirectory, tokenizer);
            return new PlainLlama(
                    tokenizer.vocabularySize(),
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
                    special.ends());
        }
    }

    private static String generationConfig(@Nullable Integer bosTokenId, List<Integer> eosTokenIds) {
        ObjectNode node = JSON.createObjectNode();
        if (bosTokenId != null) {
            node.put("bos_token_id", bosTokenId);
        }
        if (!eosTokenIds.isEmpty()) {
            node.put("eos_token_id", eosTokenIds.get(0));
        }
        return node.toPrettyString();
    }

    private List<TensorData> weights(PlainLlama model) {
        List<TensorData> weights = new ArrayList<>();
        model.config().architecture().parameters().forEach((name, dimensions) -> {
            TensorInfo info = new TensorInfo(name, Dtype.F32, dimensions);
            FloatTensorBuilder values = new FloatTensorBuilder(info);
            boolean gain = dimensions.size() == 1;
            double deviation =
                    joinsResidual(name) ? STANDARD_DEVIATION / Math.sqrt(2.0 * model.layers()) : STANDARD_DEVIATION;
            for (long i = 0; i < info.elements(); i++) {
                values.add(gain ? 1.0f : (float) (random.nextGaussian() * deviation));
            }
            weights.add(values.build());
        });
        return weights;
    }

    private static boolean joinsResidual(String name) {
        return name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
    }
}
