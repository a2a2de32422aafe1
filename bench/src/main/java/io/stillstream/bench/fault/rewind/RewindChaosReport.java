package io.stillstream.bench.fault.rewind;

import io.stillstream.bench.fault.ReportLine;
import io.stillstream.bench.fault.rewind.RewindChaos.KillPlace;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/** What came of a {@link RewindChaos}. */
public final class RewindChaosReport {

    private final long seed;
    private final Map<KillPlace, Integer> kills;
    private final int failures;
    private final RewindOutcome outcome;
    private final Duration elapsed;

    /** @param failures how often a process ended by itself */
    RewindChaosReport(long seed, Map<KillPlace, Integer> kills, int failures, RewindOutcome outcome, Duration elapsed) {
        this.seed = seed;
        this.kills = kills;
        this.failures = failures;
        this.outcome = outcome;
        this.elapsed = elapsed;
    }

    public boolean clean() {
        return failures == 0 && outcome.clean();
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "seed", "%d", seed);
        ReportLine.print(
                out,
                "kills",
                "%d: %d before the decision, %d before the ledger's line, %d before the answer, %d after it",
                kills.values().stream().mapToInt(Integer::intValue).sum(),
                count(KillPlace.NOT_DECIDED),
                count(KillPlace.NOT_OBEYED),
                count(KillPlace.NOT_ANSWERED),
                count(KillPlace.ANSWERED));
        ReportLine.print(out, "ended by itself", "%d", failures);
        ReportLine.print(
                out,
                "orders, refused, not obeyed once",
                "%d, %d, %d",
                outcome.obeyed().size(),
                outcome.refused(),
                outcome.obeyed().values().stream().filter(times -> times != 1).count());
        ReportLine.print(out, "commands not decided once", "%d", outcome.decidedNotOnce());
        ReportLine.print(out, "promotions, promoted twice", "%d, %d", outcome.promotions(), outcome.promotedTwice());
        ReportLine.print(
                out,
                "history and ledger",
                "%s",
                outcome.problems().isEmpty() ? "as they were written" : String.join("; ", outcome.problems()));
        ReportLine.print(
                out,
                "steps, of the trainer without",
                "%,d, %,d; %,d records quarantined",
                outcome.steps(),
                outcome.cleanSteps(),
                outcome.passedOver());
        ReportLine.print(
                out,
                "weights and optimizer",
                "%s",
                outcome.different().isEmpty()
                        ? "those of the trainer without, byte for byte"
                        : "NOT those of the trainer without: " + String.join(", ", outcome.different()));
        ReportLine.print(out, "elapsed", "%,d s", elapsed.toSeconds());
    }

    private int count(KillPlace place) {
        return kills.getOrDefault(place, 0);
    }
}
