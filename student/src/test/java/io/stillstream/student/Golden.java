package io.stillstream.student;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reference values in the test resources.
 *
 * <p>{@code tiny-llama} is a random model of transformers (grouped-query attention, untied, its own head dimension and
 * theta). {@code golden/tiny-llama.safetensors} holds what transformers and torch.optim.AdamW made of it: logits of three
 * sequences, the gradient of the mean over sequences of their mean cross-entropy, the weights after three steps of AdamW
 * (rate 1e-2 after two steps of warm-up, betas 0.9 and 0.95, decay 0.1 on matrices, clipping at 1), and greedy text.
 * {@code golden/stories*.safetensors} hold logits that ONNX Runtime computed from the public models' ONNX files.
 */
public final class Golden {

    public static final List<Integer> PROMPT_LENGTHS = List.of(3, 1, 5);
    public static final List<Integer> LABELS = List.of(4, 9, 1);

    private Golden() {}

    public static Path tinyLlama() {
        try {
            Path directory = Files.createTempDirectory("tiny-llama");
            // What was registered first is deleted last.
            directory.toFile().deleteOnExit();
            for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
                Path file = directory.resolve(name);
                Files.copy(resource("tiny-llama/" + name), file);
                file.toFile().deleteOnExit();
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SafetensorsReader open(String name) {
        return SafetensorsReader.open(resource("golden/" + name + ".safetensors"));
    }

    public static List<TokenSequence> batch(SafetensorsReader golden) {
        List<TokenSequence> sequences = new ArrayList<>();
        for (int i = 0; i < PROMPT_LENGTHS.size(); i++) {
            sequences.add(new TokenSequence(ints(golden, "ids." + i), PROMPT_LENGTHS.get(i), LABELS.get(i)));
        }
        return sequences;
    }

    public static int[] ints(SafetensorsReader file, String name) {
        ByteBuffer bytes = file.bytes(name);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return values;
    }

    /** Logits {@code [S, V]} of all positions of one sequence. */
    public static float[][] logits(Student student, int[] ids) {
        return logits(student, ids, 1);
    }

    /** The same; where an encoder reads the prompt, of the positions that the decoder reads. */
    public static float[][] logits(Student student, int[] text, int promptLength) {
        int read = student.config().sourceLength(promptLength);
        int[] ids = Arrays.copyOfRange(text, read, text.length);
        try (TorchScriptModule script = TorchScriptModule.load(StudentEvaluator.archive(student));
                NDManager scope = student.newScope()) {
            long[] positions = new long[ids.length];
            Arrays.setAll(positions, i -> i);
            NDList arguments = new NDList(student.parameterArguments());
            arguments.add(
                    scope.create(Arrays.stream(text, 0, read).asLongStream().toArray())
                            .expandDims(0));
            arguments.add(
                    scope.create(Arrays.stream(ids).asLongStream().toArray()).expandDims(0));
            arguments.add(scope.create(positions));
            NDArray logits = script.call(scope, "logits", arguments).singletonOrThrow();
            int vocabulary = student.config().vocabularySize();
            float[] flat = logits.toFloatArray();
            float[][] rows = new float[ids.length][];
            Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * vocabulary, (i + 1) * vocabulary));
            return rows;
        }
    }

    public static double maximumDifference(float[] one, float[] other) {
        double maximum = one.length == other.length ? 0 : Double.NaN;
        for (int i = 0; i < Math.min(one.length, other.length); i++) {
            maximum = Math.max(maximum, Math.abs(one[i] - other[i]));
        }
        return maximum;
    }

    /** A folder of the reference material, or the test is skipped with the name of what is missing. */
    public static Path sharedPath(String path) {
        return Path.of(System.getProperty("stillstream.shared", "../../shared"), path);
    }

    public static Path shared(String path) {
        Path file = sharedPath(path);
        assumeTrue(
                Files.exists(file), () -> "not there: " + file.toAbsolutePath().normalize());
        return file;
    }

    /** A file of its own: seen from another module, the resource lies within a jar. */
    static Path resource(String name) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/" + name), name)) {
            Path file = Files.createTempFile("golden", null);
            file.toFile().deleteOnExit();
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
