package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.time.Duration;

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
        ReportLine.print(out, "scorer", naive ? "naive: a list as its buffer" : "stillstream score");
        ReportLine.print(out, "time", "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
        ReportLine.print(out, "kills", "%,d of %,d, seed %d", kills, plannedKills, seed);
        ReportLine.print(out, "  in an open transaction", "%,d", openKills);
        ReportLine.print(out, "  then partitions changed hands", "%,d", absences);
        ReportLine.print(out, "scorers that ended by themselves", "%,d", failures);
        ReportLine.print(out, "prompts found in the buffer", "%,d", restoredPrompts);
        ReportLine.print(out, "aborted: buffer records", "%,d", abortedBufferRecords);
        ReportLine.print(out, "aborted: targets, dead letters", "%,d", abortedOutputRecords);
        ReportLine.print(out, "prompts sent", "%,d", sent);
        delivery.print(out);
    }
}
