package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.ReportLine;
import io.stillstream.bench.fault.trainer.process.KillOutcome;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The result of a run.
 *
 * @param outcomes what the trainer was doing when it was killed
 * @param tornLedgers kills that left an unfinished line at the ledger's end
 * @param torn checkpoints and snapshots under their final names that were not intact after a kill
 * @param wrongResumptions starts that did not resume from the newest intact checkpoint
 * @param failures trainers that ended by themselves, with another exit code than 0
 * @param records that were to be trained on, held-out and unreadable ones not among them
 * @param rejected records that both trainers reject
 * @param letters what is on {@code dead-letters}: each of those twice
 * @param start how long the undisturbed trainer took until it read
 * @param alone how long it took in all
 */
public record TrainerChaosReport(
        boolean naive,
        long seed,
        int plannedKills,
        int kills,
        Map<KillOutcome, Integer> outcomes,
        int tornLedgers,
        List<String> torn,
        int wrongResumptions,
        int failures,
        int records,
        FinalState reference,
        FinalState survivor,
        int rejected,
        int letters,
        Duration start,
        Duration alone,
        Duration elapsed) {

    /** Whether all kills were done, and the killed trainer ended with the same bytes as the undisturbed one. */
    public boolean clean() {
        return kills == plannedKills
                && failures == 0
                && torn.isEmpty()
                && wrongResumptions == 0
                && sameWeights()
                && sameOptimizer()
                && sameSteps()
                && survivor.ledger().gaps() == 0
                && survivor.ledger().overlaps() == 0
                && survivor.ledger().findings().isEmpty()
                && letters == 2 * rejected
                && survivor.counts().clean()
                && reference.counts().clean();
    }

    public boolean sameWeights() {
        return reference.weights().equals(survivor.weights());
    }

    public boolean sameOptimizer() {
        return reference.optimizer().equals(survivor.optimizer());
    }

    /** Whether every step is made of the same records in the same order. */
    public boolean sameSteps() {
        return reference.steps().equals(survivor.steps()) && reference.offsets().equals(survivor.offsets());
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "trainer", naive ? "naive: offsets in a consumer group" : "stillstream train");
        ReportLine.print(out, "time", "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
        ReportLine.print(out, "  undisturbed", "%.1f s, of them %.1f until it read", seconds(alone), seconds(start));
        ReportLine.print(out, "kills", "%,d of %,d, seed %d", kills, plannedKills, seed);
        outcomes.forEach((outcome, count) -> ReportLine.print(out, "  in " + outcome.label(), "%,d", count));
        ReportLine.print(out, "  in a ledger line", "%,d", tornLedgers);
        ReportLine.print(out, "torn checkpoints, snapshots", "%,d", torn.size());
        ReportLine.print(out, "resumed from wrong checkpoint", "%,d", wrongResumptions);
        ReportLine.print(out, "trainers that failed", "%,d", failures);
        ReportLine.print(out, "steps", "%,d; undisturbed %,d", survivor.step(), reference.step());
        ReportLine.print(out, "records to train on", "%,d", records);
        ReportLine.print(out, "  trained on", "%,d", survivor.counts().trained());
        ReportLine.print(out, "  lost", "%,d", survivor.counts().lost());
        ReportLine.print(out, "  twice", "%,d", survivor.counts().duplicated());
        ReportLine.print(out, "  routed wrongly", "%,d", survivor.counts().misrouted());
        ReportLine.print(out, "dead letters", "%,d; expected %,d", letters, 2 * rejected);
        ReportLine.print(out, "ledger: gaps", "%,d", survivor.ledger().gaps());
        ReportLine.print(out, "ledger: overlaps", "%,d", survivor.ledger().overlaps());
        ReportLine.print(out, "ledger: same steps", "%s", yes(sameSteps()));
        ReportLine.print(out, "weights", "%s", comparison(reference.weights(), survivor.weights()));
        ReportLine.print(out, "optimizer", "%s", comparison(reference.optimizer(), survivor.optimizer()));
        torn.forEach(out::println);
        survivor.ledger().findings().stream().limit(10).forEach(out::println);
    }

    private static String comparison(String left, String right) {
        return left.equals(right) ? "equal, sha256 " + right : "differ: " + right + "; undisturbed " + left;
    }

    private static String yes(boolean condition) {
        return condition ? "yes" : "no";
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
