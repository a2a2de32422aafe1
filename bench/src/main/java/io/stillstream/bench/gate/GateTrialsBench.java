package io.stillstream.bench.gate;

import io.stillstream.bench.gate.GateTrials.Count;
import io.stillstream.bench.gate.GateTrials.Losses;
import io.stillstream.rollout.gate.Gate;
import io.stillstream.rollout.gate.GateConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the copies, evaluates them and prints a line for each kind of trial. */
public final class GateTrialsBench {

    /** Of the tensors' root mean square. The first two make two students of one quality. */
    private static final double EQUAL_SCALE = 0.01;

    private static final List<Double> SCALES = List.of(0.02, 0.05, 0.1, 0.2);

    private final GateTrials trials;
    private final int count;
    private final PrintStream out;
    private final GateConfig usual = GateConfig.defaults();

    /** @param count trials of each kind */
    public GateTrialsBench(Path stories, int count, PrintStream out) throws IOException {
        this.trials = new GateTrials(StoryQuestion.read(stories));
        this.count = count;
        this.out = out;
    }

    /**
     * @param worse other states of the student that are worse
     * @param drawn numbers of stories a trial
     */
    public void run(Path student, List<Path> worse, List<Integer> drawn) throws IOException {
        Path directory = Files.createTempDirectory("gate-trials");
        Losses champion = trials.measure(NoisyStudent.write(student, directory.resolve("champion"), EQUAL_SCALE, 1));
        Losses equal = trials.measure(NoisyStudent.write(student, directory.resolve("equal"), EQUAL_SCALE, 2));
        Map<String, Losses> degraded = new LinkedHashMap<>();
        for (double scale : SCALES) {
            Path copy = NoisyStudent.write(student, directory.resolve("noise-" + scale), scale, 1);
            degraded.put("noise " + scale, trials.measure(copy));
        }
        for (Path other : worse) {
            degraded.put(String.valueOf(other.getFileName()), trials.measure(other));
        }
        out.printf(
                Locale.ROOT,
                "%d stories; champion %.4f bits per byte%n%-30s %8s %7s %8s %6s %6s %6s%n",
                trials.stories(),
                champion.bitsPerByte(),
                "TRIAL",
                "WORSE BY",
                "STORIES",
                "RECORDS",
                "PASS",
                "HOLD",
                "FAIL");
        for (int stories : drawn) {
            print("A/A, as good", equal, champion, stories, true, true, usual.margin());
            print("A/A, as good, no clusters", equal, champion, stories, true, false, usual.margin());
            degraded.forEach((name, losses) -> {
                double by = losses.bitsPerByte() - champion.bitsPerByte();
                if (by > usual.margin()) {
                    print(name, losses, champion, stories, false, true, usual.margin());
                }
                if (by > 0) {
                    // The hardest of all worse candidates: one that is worse by just the margin.
                    print(name + ", margin as wide", losses, champion, stories, false, true, by);
                    print(name + ", same, no clusters", losses, champion, stories, false, false, by);
                }
            });
        }
    }

    private void print(
            String name,
            Losses candidate,
            Losses champion,
            int stories,
            boolean swapped,
            boolean clustered,
            double margin) {
        GateConfig config = new GateConfig(
                margin,
                usual.level(),
                Math.max(margin, usual.sliceMargin()),
                usual.answerMargin(),
                usual.mostDegenerate(),
                usual.leastConversations(),
                usual.leastRecords(),
                usual.leastSliceConversations(),
                0,
                0,
                0,
                1);
        // Each kind of trial draws its own stories: otherwise all of them would share the luck of one draw.
        long seed = 31L * name.hashCode() + stories;
        Count result =
                trials.run(new Gate(config.atLook(1)), candidate, champion, count, stories, swapped, clustered, seed);
        out.printf(
                Locale.ROOT,
                "%-30s %8.4f %7d %8.0f %6d %6d %6d%n",
                name,
                swapped ? 0 : candidate.bitsPerByte() - champion.bitsPerByte(),
                stories,
                result.meanRecords(),
                result.passed(),
                result.held(),
                result.failed());
    }
}
