package io.stillstream.student.inference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.Rope;
import io.stillstream.student.StudentException;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.util.Arrays;
import java.util.List;

/**
 * Generates several texts at once. Each has a row of one key-value cache, and a step reads a token of each text and chooses the next
 * one. Which text is in which row, and when one begins or ends, its caller decides.
 *
 * <p>A text is begun by {@link #prefill} with all tokens of its prompt but the last, which the first step reads. The rows of a step
 * are always the first ones: where a text ends, its caller {@linkplain #move moves} the last of them there.
 *
 * <p>A text is the same beside any others as long as no two tokens are equally likely but for rounding: a product of several rows
 * adds in another order than one of a single row, so that logits differ by some units in the last place (in fp32 about 1e-6 of
 * their size). The draw itself reads each row alone.
 *
 * <p>For the thread that uses the student.
 */
public final class BatchGenerator implements AutoCloseable {

    /** Of the arrays that are the cache argument of a script. */
    private static final String CACHE = "cache.";

    private final Student student;
    private final TorchScriptModule script;
    private final StagingBuffer staging = new StagingBuffer();
    private final NDManager scope;
    private final NDList cache;
    private final int positions;

    /**
     * @param rows how many texts at most
     * @param positions the longest text, in tokens
     * @throws StudentException when an encoder reads the student's prompts, when its keys and values depend on how long the text
     *     becomes, or when it reads no texts as long as this
     */
    public BatchGenerator(Student student, int rows, int positions) {
        requireServable(student.config(), positions);
        this.student = student;
        this.positions = positions;
        this.script = TorchScriptModule.load(StudentEvaluator.archive(student), student.device());
        this.scope = student.newScope();
        this.cache = allocate(rows);
    }

    /** How many bytes of memory the keys and values take. */
    public long cacheBytes() {
        return cache.stream()
                .mapToLong(array -> array.size() * array.getDataType().getNumOfBytes())
                .sum();
    }

    /** The longest text, in tokens. */
    public int positions() {
        return positions;
    }

    /**
     * Reads tokens of a prompt into a row.
     *
     * @param ids the whole prompt; those from {@code from} to before {@code to} are read, and those before them have been
     * @throws StudentException when what comes of them is NaN or infinite: the row has to be {@linkplain #clear cleared}
     */
    public void prefill(int row, int[] ids, int from, int to) {
        requireRoom(to - 1);
        try (NDManager step = begin()) {
            NDList arguments = arguments();
            arguments.add(number(step, row));
            arguments.add(staging.longs(
                    step, Arrays.stream(ids, from, to).asLongStream().toArray(), 1, to - from));
            arguments.add(number(step, from));
            if (!script.call(step, "prefill", arguments).singletonOrThrow().getBoolean()) {
                throw notFinite(0);
            }
        }
    }

    /**
     * One token more for each of the first rows.
     *
     * @param rows at least one
     * @param top how many of the most likely tokens are told of each row; 0 for none
     */
    public BatchChoices step(List<BatchRow> rows, int top) {
        int count = rows.size();
        long[] ids = new long[count];
        long[] at = new long[count];
        float[] uniform = new float[count];
        float[] temperature = new float[count];
        float[] topP = new float[count];
        for (int i = 0; i < count; i++) {
            BatchRow row = rows.get(i);
            ids[i] = row.id();
            at[i] = row.position();
            uniform[i] = row.uniform();
            requireRoom(row.position());
            temperature[i] = row.sampling().temperature();
            topP[i] = row.sampling().topP();
        }
        try (NDManager step = begin()) {
            NDList arguments = arguments();
            arguments.add(staging.longs(step, ids, count));
            arguments.add(staging.longs(step, at, count));
            arguments.add(staging.floats(step, uniform, count));
            arguments.add(staging.floats(step, temperature, count));
            arguments.add(staging.floats(step, topP, count));
            arguments.add(number(step, top));
            NDList results = script.call(step, "step", arguments);
            int told = Math.toIntExact(results.get(2).getShape().get(1));
            return new BatchChoices(
                    results.get(0).toLongArray(),
                    results.get(1).toFloatArray(),
                    told,
                    told == 0 ? new long[0] : results.get(2).toLongArray(),
                    told == 0 ? new float[0] : results.get(3).toFloatArray());
        }
    }

    /** Copies a row's first positions to another row. */
    public void move(int source, int target, int positions) {
        try (NDManager step = begin()) {
            NDList arguments = new NDList(cache);
            arguments.add(number(step, source));
            arguments.add(number(step, target));
            arguments.add(number(step, positions));
            script.call(step, "move", arguments);
        }
    }

    /** Makes a row as new, whose text was not finite: what is left there would reach the next one. */
    public void clear(int row) {
        try (NDManager step = begin()) {
            NDList arguments = new NDList(cache);
            arguments.add(number(step, row));
            script.call(step, "clear", arguments);
        }
    }

    /** @param token the place in its answer of the token whose logits they are, counted from 0 */
    public static StudentException notFinite(int token) {
        return new NotFiniteException(token);
    }

    private static void requireServable(DecoderConfig config, int positions) {
        if (config.encodesPrompts()) {
            throw new StudentException("a student of the family " + config.modelType()
                    + ", whose encoder reads the prompt, does not generate several texts at once; expected a decoder");
        }
        if (positions < 1 || positions > config.contextWindow()) {
            throw new StudentException("texts of " + positions
                    + " tokens; expected from 1 to the student's context window of " + config.contextWindow());
        }
        int fixed = config.architecture().attributes().values().stream()
                .filter(Rope.class::isInstance)
                .mapToInt(rope -> ((Rope) rope).fixedLength())
                .min()
                .orElse(positions);
        if (positions > fixed) {
            throw new StudentException("texts of " + positions + " tokens of a student of the family "
                    + config.modelType() + " whose rotary embedding is another for each length beyond " + fixed
                    + ", so that several texts share no steps; expected at most " + fixed);
        }
    }

    private void requireRoom(int position) {
        if (position >= positions) {
            throw new StudentException("a token at position " + position + "; expected positions below " + positions);
        }
    }

    private NDList allocate(int rows) {
        try (NDManager step = begin()) {
            NDList arguments = new NDList(student.parameterArguments());
            arguments.add(staging.longs(step, new long[rows], rows));
            arguments.add(number(step, positions));
            NDList memory = script.call(step, "allocate", arguments);
            memory.attach(scope);
            memory.forEach(array -> array.setName(CACHE + array.getName()));
            return memory;
        }
    }

    private NDManager begin() {
        staging.clear();
        return student.newScope();
    }

    private NDList arguments() {
        NDList arguments = new NDList(student.parameterArguments());
        arguments.addAll(cache);
        return arguments;
    }

    private NDArray number(NDManager step, long value) {
        return staging.longs(step, new long[] {value}, 1);
    }

    @Override
    public void close() {
        scope.close();
        script.close();
    }
}
