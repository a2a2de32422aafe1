package io.stillstream.bench.fault.scorer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * The outcome of a slow batch.
 *
 * @param batch how long it took
 * @param mostTimesScored the most often that the teacher was given any one prompt
 * @param rebalances of the group since before the batch
 * @param abortedRecords targets and dead letters that transactions rolled back
 */
public record SlowBatchReport(
        Duration batch,
        int prompts,
        int mostTimesScored,
        int rebalances,
        int abortedRecords,
        DeliveryResult delivery,
        Duration elapsed) {

    /** Whether the slow batch had no effect on delivery. */
    public boolean clean() {
        return delivery.clean() && mostTimesScored == 1 && rebalances == 0 && abortedRecords == 0;
    }

    public void print(PrintStream out) {
        line(out, "slow batch", batch.toSeconds() + " s");
        line(out, "prompts", prompts);
        line(out, "times each was scored, at most", mostTimesScored);
        line(out, "rebalances", rebalances);
        line(out, "aborted records", abortedRecords);
        line(out, "lost", delivery.lost());
        line(out, "duplicated", delivery.duplicated());
        line(out, "out of order within a key", delivery.disordered());
    }

    private static void line(PrintStream out, String label, Object value) {
        out.printf(Locale.ROOT, "%-33s %s%n", label, value);
    }
}
