package io.stillstream.student.inference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Generates the student's own answer to a prompt. For the thread that uses the student. */
public final class StudentGenerator implements AutoCloseable {

    /** Of the arrays that {@code proceed} takes and returns as its cache. */
    private static final String CACHE = "cache.";

    private static final String IDS = "ids";

    /** Stands for a token where logits are not finite. */
    private static final int NOT_FINITE = -1;

    private final Student student;
    private final TorchScriptModule script;

    public StudentGenerator(Student student) {
        this.student = student;
        this.script = TorchScriptModule.load(StudentEvaluator.archive(student), student.device());
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
     * @throws StudentException when the student's logits are not finite
     */
    public int[] greedy(int[] promptIds, int limit, int... stopIds) {
        return generate(promptIds, limit, stopIds, Sampling.GREEDY);
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
     * @throws StudentException when the student's logits are not finite
     */
    public int[] sample(int[] promptIds, int limit, float temperature, long seed) {
        if (!(temperature > 0) || Float.isInfinite(temperature)) {
            throw new StudentException("a temperature of " + temperature + "; expected a finite number above 0");
        }
        return generate(promptIds, limit, endIds(), new Sampling(temperature, 1, seed));
    }

    /**
     * The same tokens as all at once, each told as soon as it is chosen.
     *
     * @param token given each token of the text
     * @return as {@link #sample} has it
     * @throws StudentException when the student's logits are not finite
     */
    public int[] stream(int[] promptIds, int limit, Sampling sampling, IntConsumer token) {
        float[] uniform = sampling.draws(room(promptIds, limit));
        int[] text = new int[uniform.length];
        int[] source = source(promptIds);
        int[] next = Arrays.copyOfRange(promptIds, source.length, promptIds.length);
        try (NDManager scope = student.newScope()) {
            // Something has to be in it, for the script to see a dictionary.
            NDList cache = new NDList(named(scope.create(new long[0]), IDS));
            for (int t = 0; t < uniform.length; t++) {
                NDList before = cache;
                try (NDManager step = scope.newSubManager()) {
                    NDList arguments = new NDList(student.parameterArguments());
                    arguments.addAll(before);
                    addPrompt(arguments, step, t == 0 ? source : new int[0], next, endIds());
                    addChoice(arguments, step, new float[] {uniform[t]}, sampling);
                    cache = script.call(step, "proceed", arguments);
                    cache.attach(scope);
                }
                before.close();
                next = finite(ids(cache));
                if (next.length == 0) {
                    return Arrays.copyOf(text, t);
                }
                text[t] = next[0];
                token.accept(next[0]);
                cache.forEach(array -> array.setName(CACHE + array.getName()));
            }
        }
        return text;
    }

    /**
     * The most tokens that an answer can have: the limit, or what the prompt leaves of the context window. An answer with fewer
     * was ended by the student.
     *
     * @throws StudentException when the prompt has no tokens, or more than the context window
     */
    public int room(int[] promptIds, int limit) {
        int window = student.config().contextWindow();
        int fewest = student.config().encodesPrompts() ? 2 : 1;
        if (promptIds.length < fewest || promptIds.length > window) {
            throw new StudentException("a prompt of " + promptIds.length + " tokens; expected from " + fewest
                    + " to the student's context window of " + window);
        }
        return Math.max(0, Math.min(limit, window - promptIds.length));
    }

    private int[] generate(int[] promptIds, int limit, int[] stopIds, Sampling sampling) {
        float[] uniform = sampling.draws(room(promptIds, limit));
        try (NDManager scope = student.newScope()) {
            NDList arguments = new NDList(student.parameterArguments());
            int[] source = source(promptIds);
            addPrompt(
                    arguments, scope, source, Arrays.copyOfRange(promptIds, source.length, promptIds.length), stopIds);
            addChoice(arguments, scope, uniform, sampling);
            return finite(toInts(
                    script.call(scope, "generate", arguments).singletonOrThrow().toLongArray()));
        }
    }

    /** What an encoder reads of a prompt. */
    private int[] source(int[] promptIds) {
        return Arrays.copyOf(promptIds, student.config().sourceLength(promptIds.length));
    }

    private static void addPrompt(NDList arguments, NDManager scope, int[] source, int[] ids, int[] stopIds) {
        arguments.add(scope.create(longs(source)).expandDims(0));
        arguments.add(scope.create(longs(ids)).expandDims(0));
        arguments.add(scope.create(longs(stopIds)));
    }

    private static void addChoice(NDList arguments, NDManager scope, float[] uniform, Sampling sampling) {
        arguments.add(scope.create(uniform));
        arguments.add(scope.create(new float[] {sampling.temperature()}));
        arguments.add(scope.create(new float[] {sampling.topP()}));
    }

    private static int[] ids(NDList cache) {
        return toInts(cache.stream()
                .filter(array -> IDS.equals(array.getName()))
                .findFirst()
                .orElseThrow()
                .toLongArray());
    }

    private static NDArray named(NDArray array, String name) {
        array.setName(CACHE + name);
        return array;
    }

    private static int[] finite(int[] ids) {
        if (ids.length > 0 && ids[ids.length - 1] == NOT_FINITE) {
            throw BatchGenerator.notFinite(ids.length - 1);
        }
        return ids;
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

    private static int[] toInts(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
