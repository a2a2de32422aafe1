package io.stillstream.student.inference;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.util.Arrays;

/** Generates the student's own answer to a prompt. For the thread that uses the student. */
public final class StudentGenerator implements AutoCloseable {

    private final Student student;
    private final TorchScriptModule script;

    public StudentGenerator(Student student) {
        this.student = student;
        this.script = TorchScriptModule.load(StudentEvaluator.archive(student));
    }

    /** The most likely tokens after the prompt, up to the student's own end of text. */
    public int[] greedy(int[] promptIds, int limit) {
        return greedy(
                promptIds,
                limit,
                student.config().eosTokenIds().stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
    }

    /**
     * The most likely tokens after the prompt.
     *
     * @param limit the most tokens to generate; fewer where the context window ends
     * @param stopIds tokens that end the text and are not part of it
     */
    public int[] greedy(int[] promptIds, int limit, int... stopIds) {
        int window = student.config().contextWindow();
        if (promptIds.length < 1 || promptIds.length > window) {
            throw new StudentException("a prompt of " + promptIds.length
                    + " tokens; expected from 1 to the student's context window of " + window);
        }
        try (NDManager scope = student.newScope()) {
            NDList arguments = new NDList(student.parameterArguments());
            arguments.add(scope.create(longs(promptIds)).expandDims(0));
            arguments.add(scope.create(longs(stopIds)));
            arguments.add(scope.create((long) Math.min(limit, window - promptIds.length)));
            long[] ids =
                    script.call(scope, "generate", arguments).singletonOrThrow().toLongArray();
            return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
        }
    }

    @Override
    public void close() {
        script.close();
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
