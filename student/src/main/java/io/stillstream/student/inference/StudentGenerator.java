package io.stillstream.student.inference;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/** Generates the student's own answer to a prompt. For the thread that uses the student. */
public final class StudentGenerator implements AutoCloseable {

    /** Of a number of a draw: one fewer than an fp32 has, so that its product with a sum is always less than the sum. */
    private static final int BITS = 23;

    private final Student student;
    private final TorchScriptModule script;

    public StudentGenerator(Student student) {
        this.student = student;
        this.script = TorchScriptModule.load(StudentEvaluator.archive(student));
    }

    /** The most likely tokens after the prompt, up to the student's own end of text. */
    public int[] greedy(int[] promptIds, int limit) {
        return greedy(promptIds, limit, endIds());
    }

    /**
     * The most likely tokens after the prompt.
     *
     * @param limit the most tokens to generate; fewer where the context window ends
     * @param stopIds tokens that end the text and are not part of it
     */
    public int[] greedy(int[] promptIds, int limit, int... stopIds) {
        int room = room(promptIds, limit);
        return generate("generate", promptIds, stopIds, (scope, arguments) -> arguments.add(scope.create((long) room)));
    }

    /**
     * Tokens drawn one after another after the prompt, each from softmax(logits / temperature), up to the student's own end of
     * text.
     *
     * <p>The token t is the first whose cumulative probability, added up in fp32 in the order of ids, exceeds the t-th number
     * of the seed's stream, {@code [T]} numbers from 0 to below 1 for a room of T tokens. So the same weights, prompt and seed
     * give the same tokens, and a lower limit gives the beginning of them. A temperature near 0 gives those of
     * {@link #greedy(int[], int)}.
     *
     * @param promptIds {@code [S]}, from 1 to as many as the context window
     * @param limit the most tokens to generate; fewer where the context window ends
     * @param temperature a finite number above 0; 1 draws from the student's own distribution
     * @return without the token that ends the text; as many as there is {@link #room} for where the student wrote none
     */
    public int[] sample(int[] promptIds, int limit, float temperature, long seed) {
        if (!(temperature > 0) || Float.isInfinite(temperature)) {
            throw new StudentException("a temperature of " + temperature + "; expected a finite number above 0");
        }
        float[] uniform = new float[room(promptIds, limit)];
        SplittableRandom random = new SplittableRandom(seed);
        for (int t = 0; t < uniform.length; t++) {
            uniform[t] = (random.nextInt() >>> (Integer.SIZE - BITS)) * (1f / (1 << BITS));
        }
        return generate("sample", promptIds, endIds(), (scope, arguments) -> {
            arguments.add(scope.create(uniform));
            arguments.add(scope.create(temperature));
        });
    }

    /**
     * The most tokens that an answer can have: the limit, or what the prompt leaves of the context window. An answer with fewer
     * was ended by the student.
     *
     * @throws StudentException when the prompt has no tokens, or more than the context window
     */
    public int room(int[] promptIds, int limit) {
        int window = student.config().contextWindow();
        if (promptIds.length < 1 || promptIds.length > window) {
            throw new StudentException("a prompt of " + promptIds.length
                    + " tokens; expected from 1 to the student's context window of " + window);
        }
        return Math.max(0, Math.min(limit, window - promptIds.length));
    }

    private int[] generate(
            String method, int[] promptIds, int[] stopIds, BiConsumer<NDManager, NDList> furtherArguments) {
        try (NDManager scope = student.newScope()) {
            NDList arguments = new NDList(student.parameterArguments());
            arguments.add(scope.create(longs(promptIds)).expandDims(0));
            arguments.add(scope.create(longs(stopIds)));
            furtherArguments.accept(scope, arguments);
            long[] ids =
                    script.call(scope, method, arguments).singletonOrThrow().toLongArray();
            return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
        }
    }

    private int[] endIds() {
        return student.config().eosTokenIds().stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Override
    public void close() {
        script.close();
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
