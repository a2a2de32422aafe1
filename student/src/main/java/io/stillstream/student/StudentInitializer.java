package io.stillstream.student;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.FloatTensorBuilder;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.tokenizer.SpecialTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

    StudentInitializer(StudentShape shape, long seed) {
        this.shape = shape;
        this.random = new Random(seed);
    }

    void write(Path directory, Path tokenizerDirectory) {
        try {
            DecoderConfig config = config(tokenizerDirectory);
            Files.createDirectories(directory);
            writeCompanions(directory, tokenizerDirectory, config);
            SafetensorsWriter.write(directory.resolve(Student.WEIGHTS_FILE), weights(config), Student.METADATA);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("a new student could not be made in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Writes all of a new student but its weights: the tokenizer's files, and the configuration. */
    public static void writeCompanions(Path directory, Path tokenizerDirectory, DecoderConfig config)
            throws IOException {
        TokenizerFiles.read(tokenizerDirectory)
                .without(DecoderConfig.FILE_NAME)
                .without("generation_config.json")
                .write(ModelOutput.to(directory));
        Files.writeString(directory.resolve(DecoderConfig.FILE_NAME), config.toJson());
        Files.writeString(directory.resolve("generation_config.json"), generationConfig(config));
    }

    private DecoderConfig config(Path tokenizerDirectory) {
        try (TextTokenizer tokenizer = TextTokenizer.load(tokenizerDirectory)) {
            SpecialTokens special = SpecialTokens.of(tokenizerDirectory, tokenizer);
            return new DecoderConfig(
                    "llama",
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

    private static String generationConfig(DecoderConfig config) {
        ObjectNode node = JSON.createObjectNode();
        if (config.bosTokenId() != null) {
            node.put("bos_token_id", config.bosTokenId());
        }
        if (!config.eosTokenIds().isEmpty()) {
            node.put("eos_token_id", config.eosTokenIds().get(0));
        }
        return node.toPrettyString();
    }

    private List<TensorData> weights(DecoderConfig config) {
        List<TensorData> weights = new ArrayList<>();
        DecoderParameters.of(config).forEach((name, dimensions) -> {
            TensorInfo info = new TensorInfo(name, Dtype.F32, dimensions);
            FloatTensorBuilder values = new FloatTensorBuilder(info);
            boolean gain = dimensions.size() == 1;
            double deviation =
                    joinsResidual(name) ? STANDARD_DEVIATION / Math.sqrt(2.0 * config.layers()) : STANDARD_DEVIATION;
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
