package io.stillstream.student.snapshot;

import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import io.stillstream.student.snapshot.GoldenPrompts.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Lets a student answer golden prompts. It changes nothing of the student; for the thread that uses it. */
public final class GoldenRecorder implements AutoCloseable {

    /** How many prompts are recorded: few, for every start of a server answers them. */
    static final int PROMPTS = 8;

    /** The most tokens of an answer. */
    static final int ANSWER_TOKENS = 16;

    /** The most tokens of a prompt: longer ones are passed over. */
    static final int PROMPT_TOKENS = 512;

    /** Log-probabilities are written with five decimals: sums in another order give the same file more often than not. */
    private static final double DECIMALS = 1e5;

    private final StudentGenerator generator;
    private final StudentEvaluator evaluator;

    public GoldenRecorder(Student student) {
        this.generator = new StudentGenerator(student);
        this.evaluator = new StudentEvaluator(student, PROMPT_TOKENS + ANSWER_TOKENS);
    }

    /**
     * The student's greedy answers to the first of some prompts.
     *
     * @param prompts in the student's tokens
     * @return empty where none of the prompts is short enough
     */
    public Optional<GoldenPrompts> record(List<int[]> prompts) {
        List<Golden> golden = prompts.stream()
                .filter(prompt -> prompt.length <= PROMPT_TOKENS)
                .limit(PROMPTS)
                .map(this::record)
                .toList();
        return golden.isEmpty() ? Optional.empty() : Optional.of(GoldenPrompts.of(golden));
    }

    private Golden record(int[] prompt) {
        int[] answer = generator.greedy(prompt, ANSWER_TOKENS);
        List<Double> logProbabilities = new ArrayList<>();
        if (answer.length > 0) {
            int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
            System.arraycopy(answer, 0, ids, prompt.length, answer.length);
            SequenceEvaluation evaluation = evaluator
                    .evaluate(List.of(new TokenSequence(ids, prompt.length, answer.length)))
                    .get(0);
            IntStream.range(0, answer.length)
                    .mapToObj(step -> rounded(-evaluation.negativeLogLikelihood(step)))
                    .forEach(logProbabilities::add);
        }
        return new Golden(list(prompt), list(answer), logProbabilities);
    }

    private static double rounded(double nats) {
        return Math.rint(nats * DECIMALS) / DECIMALS;
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    @Override
    public void close() {
        generator.close();
        evaluator.close();
    }
}
