package io.stillstream.bench.canary;

import io.stillstream.bench.canary.CanaryTrials.Result;
import io.stillstream.bench.canary.CanaryTrials.ServingArm;
import io.stillstream.bench.gate.NoisyStudent;
import io.stillstream.bench.gate.StoryQuestion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Lets students answer, the teacher score, and prints a line for each kind of trial. */
public final class CanaryTrialsBench {

    private static final int LOOKS = 40;
    private static final int REQUESTS_A_LOOK = 25;
    private static final int OFTEN_LOOKS = 500;
    private static final int OFTEN_REQUESTS = 10;
    private static final int NINE_TO_ONE = 9;
    private static final double USUAL_FAILURES = 0.02;
    private static final double MORE_FAILURES = 0.1;
    private static final double SLOWER = 2;
    private static final double MEDIAN = 0.5;
    private static final double MOST = 0.95;

    /** Of the tensors' root mean square. */
    private static final List<Double> SCALES = List.of(0.1, 0.2, 0.4);

    private static final double[] NONE = {};

    private final List<StoryQuestion> questions;
    private final int tokens;
    private final int count;
    private final PrintStream out;

    /**
     * @param answers how many questions each student answers
     * @param tokens of an answer, at most
     * @param count trials of each kind
     */
    public CanaryTrialsBench(Path stories, int answers, int tokens, int count, PrintStream out) throws IOException {
        List<StoryQuestion> all = new ArrayList<>(StoryQuestion.read(stories));
        Collections.shuffle(all, new Random(1));
        this.questions = List.copyOf(all.subList(0, Math.min(answers, all.size())));
        this.tokens = tokens;
        this.count = count;
        this.out = out;
    }

    public void run(Path student, Path teacher) throws IOException {
        Path directory = Files.createTempDirectory("canary-trials");
        double[] champion = ScoredAnswers.of(student, teacher, questions, tokens);
        out.printf(Locale.ROOT, "champion %.3f bits per byte under the teacher%n", mean(champion));
        out.printf(Locale.ROOT, "%-34s %8s %8s %8s %8s %8s%n", "TRIAL", "CHAMPION", "TRIALS", "BACK", "MEDIAN", "95 %");
        var usual = new ServingArm(USUAL_FAILURES, 1, champion);
        print("A/A, 40 looks", new CanaryTrials(count, LOOKS, REQUESTS_A_LOOK), usual, usual, 1);
        print("A/A, 40 looks", new CanaryTrials(count, LOOKS, REQUESTS_A_LOOK), usual, usual, NINE_TO_ONE);
        var often = new CanaryTrials(count, OFTEN_LOOKS, OFTEN_REQUESTS);
        var quiet = new ServingArm(USUAL_FAILURES, 1, NONE);
        print("failures 2 % -> 10 %", often, new ServingArm(MORE_FAILURES, 1, NONE), quiet, 1);
        print("failures 2 % -> 10 %", often, new ServingArm(MORE_FAILURES, 1, NONE), quiet, NINE_TO_ONE);
        print("twice as slow", often, new ServingArm(USUAL_FAILURES, SLOWER, NONE), quiet, 1);
        for (double scale : SCALES) {
            Path copy = NoisyStudent.write(student, directory.resolve("noise-" + scale), scale, 1);
            double[] worse = ScoredAnswers.of(copy, teacher, questions, tokens);
            String name =
                    String.format(Locale.ROOT, "noise %.1f, %+.3f bits per byte", scale, mean(worse) - mean(champion));
            print(name, often, new ServingArm(0, 1, worse), new ServingArm(0, 1, champion), 1);
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private void print(
            String name, CanaryTrials trials, ServingArm candidate, ServingArm champion, int championsPerRequest) {
        Result result =
                trials.run(candidate, champion, championsPerRequest, 31L * name.hashCode() + championsPerRequest);
        out.printf(
                Locale.ROOT,
                "%-34s %6d:1 %8d %8d %8d %8d%n",
                name,
                championsPerRequest,
                count,
                result.alarms(),
                result.quantile(MEDIAN, count),
                result.quantile(MOST, count));
        if (!result.first().isEmpty()) {
            out.println("    " + result.first());
        }
    }
}
