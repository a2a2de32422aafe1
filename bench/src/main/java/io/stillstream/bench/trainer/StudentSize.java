package io.stillstream.bench.trainer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.student.model.StudentInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Llama decoders whose steps are timed, by their parameters and vocabulary. */
public enum StudentSize {
    M1_V8K("1M/8k", 8_192, 80, 216, 5, 5, 5),
    M15_V8K("15M/8k", 8_192, 384, 1_024, 7, 6, 6),
    /** As the stories15M students are. */
    M15_V32K("15M/32k", 32_000, 288, 768, 6, 6, 6),
    /** As SmolLM2-135M is. */
    M135_V49K("135M/49k", 49_152, 576, 1_536, 30, 9, 3);

    private static final int CONTEXT_WINDOW = 2_048;
    private static final float NORM_EPSILON = 1e-5f;
    private static final double ROPE_THETA = 10_000;
    private static final long SEED = 0;

    private final String label;
    private final int vocabulary;
    private final int hidden;
    private final int intermediate;
    private final int layers;
    private final int heads;
    private final int keyValueHeads;

    StudentSize(String label, int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads) {
        this.label = label;
        this.vocabulary = vocabulary;
        this.hidden = hidden;
        this.intermediate = intermediate;
        this.layers = layers;
        this.heads = heads;
        this.keyValueHeads = keyValueHeads;
    }

    /** The size of that label, such as {@code 15M/32k}. */
    public static StudentSize of(String label) {
        return Arrays.stream(values())
                .filter(size -> size.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + label + "' is no size; expected one of "
                        + Arrays.stream(values()).map(StudentSize::label).collect(Collectors.joining(", "))));
    }

    public String label() {
        return label;
    }

    public int vocabulary() {
        return vocabulary;
    }

    /** Writes config.json and random weights. */
    public void write(Path directory) throws IOException {
        PlainLlama model = new PlainLlama(
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                hidden / heads,
                CONTEXT_WINDOW,
                NORM_EPSILON,
                ROPE_THETA,
                true,
                1,
                List.of(2));
        ObjectNode json = model.toJson();
        DecoderConfig config = model.config();
        Files.writeString(directory.resolve(DecoderConfig.FILE_NAME), json.toPrettyString());
        WeightFiles.write(ModelOutput.to(directory), StudentInitializer.weights(json, config, SEED));
    }

    /**
     * Multiplications and additions of a step, forward and backward: 6 for each weight of a linear map and token, those of
     * attention over half of all pairs of positions, and the LM head where a token is predicted. What is computed twice
     * counts once, and so does what is not a matrix product not at all.
     */
    double operations(int sequences, int length, int predicted) {
        double tokens = (double) sequences * length;
        double keyWidth = (double) hidden / heads * keyValueHeads;
        double linear = 2.0 * hidden * (hidden + keyWidth) + 3.0 * hidden * intermediate;
        double attention = (double) hidden * length;
        double head = (double) vocabulary * hidden * predicted;
        return 6 * (layers * tokens * (linear + attention) + head);
    }
}
