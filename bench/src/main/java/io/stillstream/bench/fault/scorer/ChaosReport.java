package io.stillstream.bench.fault.scorer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * The outcome of a run.
 *
 * @param plannedKills more than {@code kills} where the deadline came first
 * @param openKills kills after which the broker held a transaction of the victim open
 * @param absences kills after which the victim stayed away for longer than its session, so that the other took over
 * @param failures scorers that ended by themselves and were started again
 * @param restoredPrompts prompts that scorers found in the buffer at a start or takeover, and went on with
 * @param abortedBufferRecords entries and deletions of the buffer that aborted transactions rolled back
 * @param abortedOutputRecords targets and dead letters that aborted transactions rolled back
 * @param records prompts that were to be sent
 * @param sent prompts that were
 */
public record ChaosReport(
        boolean naive,
        long seed,
        int plannedKills,
        int kills,
        int openKills,
        int absences,
        int failures,
        int restoredPrompts,
        int abortedBufferRecords,
        int abortedOutputRecords,
        int records,
        int sent,
        DeliveryResult delivery,
        Duration elapsed) {

    /** Whether all kills were done and each prompt arrived once, in order, before its source's end. */
    public boolean clean() {
        return delivery.clean() && kills == plannedKills;
    }

    public void print(PrintStream out) {
        line(out, "scorer", naive ? "naive: a list as its buffer" : "stillstream score");
        line(out, "time", "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
        line(out, "kills", "%,d of %,d, seed %d", kills, plannedKills, seed);
        line(out, "  in an open transaction", "%,d", openKills);
        line(out, "  then partitions changed hands", "%,d", absences);
        line(out, "scorers that ended by themselves", "%,d", failures);
        line(out, "prompts found in the buffer", "%,d", restoredPrompts);
        line(out, "aborted: buffer records", "%,d", abortedBufferRecords);
        line(out, "aborted: targets, dead letters", "%,d", abortedOutputRecords);
        line(out, "prompts sent", "%,d", sent);
        line(out, "of them dead letters", "%,d", delivery.deadLetters());
        line(out, "lost", "%,d", delivery.lost());
        line(out, "duplicated", "%,d", delivery.duplicated());
        line(out, "out of order within a key", "%,d", delivery.disordered());
        line(out, "under a wrong key or topic", "%,d", delivery.misplaced());
        line(out, "wrong or lost ends of sources", "%,d", delivery.wrongEnds());
    }

    private static void line(PrintStream out, String label, String format, Object... values) {
        out.printf(Locale.ROOT, "%-33s %s%n", label, String.format(Locale.ROOT, format, values));
    }
}
