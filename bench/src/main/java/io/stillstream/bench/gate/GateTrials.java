package io.stillstream.bench.gate;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.evaluation.measure.TextEvaluator;
import io.stillstream.rollout.gate.Gate;
import io.stillstream.rollout.gate.RecordEvaluation;
import io.stillstream.rollout.gate.SnapshotEvaluation;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Trials of the gate: each student is evaluated once on every question, and stories are drawn anew for each trial. */
final class GateTrials {

    private static final int MICRO_BATCH_TOKENS = 4096;
    private static final double NATS_PER_BIT = Math.log(2);

    private final List<StoryQuestion> questions;
    private final List<List<Integer>> stories;

    /** How many of the trials ended so. */
    record Count(int passed, int held, int failed, double meanRecords) {}

    /** What one student made of every question. */
    static final class Losses {

        private final double[] nats;
        private final int[] bytes;

        /** Takes the arrays as its own. */
        Losses(double[] nats, int[] bytes) {
            this.nats = nats;
            this.bytes = bytes;
        }

        double bitsPerByte() {
            double sum = 0;
            double all = 0;
            for (int i = 0; i < nats.length; i++) {
                sum += nats[i];
                all += bytes[i];
            }
            return sum / all / NATS_PER_BIT;
        }
    }

    GateTrials(List<StoryQuestion> questions) {
        this.questions = questions;
        Map<String, List<Integer>> byStory = new LinkedHashMap<>();
        for (int i = 0; i < questions.size(); i++) {
            byStory.computeIfAbsent(questions.get(i).story(), story -> new ArrayList<>())
                    .add(i);
        }
        this.stories = List.copyOf(byStory.values());
    }

    int stories() {
        return stories.size();
    }

    Losses measure(Path student) {
        double[] nats = new double[questions.size()];
        int[] bytes = new int[questions.size()];
        try (TextEvaluator evaluator = TextEvaluator.open(student, student, TemplateChoice.own(), MICRO_BATCH_TOKENS)) {
            var measured = evaluator.evaluate(
                    questions.stream().map(StoryQuestion::text).toList());
            for (int i = 0; i < nats.length; i++) {
                Measured one = (Measured) measured.get(i);
                nats[i] = one.nats();
                bytes[i] = one.bytes();
            }
        }
        return new Losses(nats, bytes);
    }

    /**
     * @param drawn stories a trial, with replacement
     * @param swapped whether the two change places in half of the stories, which makes them equally good
     * @param clustered whether the gate is told which questions are about one story
     */
    Count run(
            Gate gate,
            Losses candidate,
            Losses champion,
            int trials,
            int drawn,
            boolean swapped,
            boolean clustered,
            long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int passed = 0;
        int held = 0;
        long records = 0;
        for (int trial = 0; trial < trials; trial++) {
            List<RecordEvaluation> left = new ArrayList<>();
            List<RecordEvaluation> right = new ArrayList<>();
            for (int s = 0; s < drawn; s++) {
                List<Integer> story = stories.get(random.nextInt(stories.size()));
                boolean swap = swapped && random.nextBoolean();
                for (int i : story) {
                    String coordinates = "teacher-targets-0@" + left.size();
                    String cluster = clustered ? "story-" + s : coordinates;
                    left.add(record(coordinates, cluster, swap ? champion : candidate, i));
                    right.add(record(coordinates, cluster, swap ? candidate : champion, i));
                }
            }
            records += left.size();
            Verdict verdict = gate.judge(evaluation("candidate", left), evaluation("champion", right), null, Set.of());
            passed += verdict instanceof Verdict.Pass ? 1 : 0;
            held += verdict instanceof Verdict.Hold ? 1 : 0;
        }
        return new Count(passed, held, trials - passed - held, (double) records / trials);
    }

    private static RecordEvaluation record(String coordinates, String cluster, Losses losses, int i) {
        return new RecordEvaluation(
                coordinates, cluster, "stories", false, losses.bytes[i], losses.nats[i], losses.bytes[i], 0, null);
    }

    private static SnapshotEvaluation evaluation(String name, List<RecordEvaluation> records) {
        return new SnapshotEvaluation(
                new SnapshotReference(name, Digests.sha256(name)), Digests.sha256("drawn"), records);
    }
}
