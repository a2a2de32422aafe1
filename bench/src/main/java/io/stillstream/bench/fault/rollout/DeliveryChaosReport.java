package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.time.Duration;

/**
 * @param killsAtWork kills that left a snapshot unfinished or half removed
 * @param failures how often the delivery ended by itself
 * @param reads of the whole snapshot that the cache named
 * @param changes of what it named, as the reader saw them
 * @param snapshots that the reader saw
 * @param late reads that failed after the time that snapshots are kept for
 * @param faults reads that found something partial, missing or changed
 * @param lastFault the last of these; empty without one
 * @param leftover directories that were unfinished after the last delivery
 */
public record DeliveryChaosReport(
        int kills,
        int killsAtWork,
        int failures,
        long reads,
        long changes,
        int snapshots,
        long late,
        long faults,
        String lastFault,
        long leftover,
        Duration elapsed) {

    public boolean clean() {
        return faults == 0 && failures == 0 && reads > 0;
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "kills, while files were moved", "%,d, %,d", kills, killsAtWork);
        ReportLine.print(out, "ended by itself", "%,d", failures);
        ReportLine.print(out, "reads of a whole snapshot", "%,d", reads);
        ReportLine.print(out, "changes seen, snapshots", "%,d, %,d", changes, snapshots);
        ReportLine.print(out, "too slow to be kept for", "%,d", late);
        ReportLine.print(out, "partial, missing or changed", "%,d%s", faults, faults == 0 ? "" : ": " + lastFault);
        ReportLine.print(out, "left unfinished at the end", "%,d", leftover);
        ReportLine.print(out, "elapsed", "%,d s", elapsed.toSeconds());
    }
}
