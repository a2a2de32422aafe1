package io.stillstream.trainer.student;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.contract.huggingface.SafetensorsReader;
import io.stillstream.trainer.torchscript.TorchScriptModule;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reference values in the test resources.
 *
 * <p>{@code tiny-llama} is a random model of transformers (grouped-query attention, untied, its own head dimension and
 * theta). {@code golden/tiny-llama.safetensors} holds what transformers and torch.optim.AdamW made of it: logits of three
 * sequences, the gradient of the mean over sequences of their mean cross-entropy, the weights after three steps of AdamW
 * (rate 1e-2 after two steps of warm-up, betas 0.9 and 0.95, decay 0.1 on matrices, clipping at 1), and greedy text.
 * {@code golden/stories*.safetensors} hold logits that ONNX Runtime computed from the public models' ONNX files.
 */
final class Golden {

    static final int[] PROMPT_LENGTHS = {3, 1, 5};
    static final int[] LABELS = {4, 9, 1};

    private Golden() {}

    static Path tinyLlama() {
        return resource("tiny-llama");
    }

    static SafetensorsReader open(String name) {
        return SafetensorsReader.open(resource("golden").resolve(name + ".safetensors"));
    }

    static TrainingBatch batch(SafetensorsReader golden) {
        TrainingSequence[] sequences = new TrainingSequence[PROMPT_LENGTHS.length];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = TrainingSequence.withoutTeacher(ints(golden, "ids." + i), PROMPT_LENGTHS[i], LABELS[i]);
        }
        return new TrainingBatch(sequences);
    }

    static int[] ints(SafetensorsReader file, String name) {
        ByteBuffer bytes = file.bytes(name);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return values;
    }

    /** Logits {@code [S, V]} of all positions of one sequence. */
    static float[][] logits(Student student, int[] ids) {
        try (TorchScriptModule script = TorchScriptModule.load(StudentEvaluator.archive(student));
                NDManager scope = student.newScope()) {
            long[] positions = new long[ids.length];
            Arrays.setAll(positions, i -> i);
            NDList arguments = new NDList(student.parameterArguments());
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

    static double maximumDifference(float[] one, float[] other) {
        double maximum = one.length == other.length ? 0 : Double.NaN;
        for (int i = 0; i < Math.min(one.length, other.length); i++) {
            maximum = Math.max(maximum, Math.abs(one[i] - other[i]));
        }
        return maximum;
    }

    /** A folder of the reference material, or the test is skipped with the name of what is missing. */
    static Path sharedPath(String path) {
        return Path.of(System.getProperty("stillstream.shared", "../../shared"), path);
    }

    static Path shared(String path) {
        Path file = sharedPath(path);
        assumeTrue(
                Files.exists(file), () -> "not there: " + file.toAbsolutePath().normalize());
        return file;
    }

    private static Path resource(String name) {
        try {
            return Path.of(Golden.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
