package io.stillstream.bench.fault.hostile;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * The outcome of a run.
 *
 * @param outcomes of each kind of hostile record: codes of dead letters, and {@code scored} or {@code read} for those that were
 *     taken, each with its count
 * @param hostile hostile records that were sent
 * @param vanished of them those of which nothing was seen
 * @param twice of them those of which more than one thing was seen
 * @param restarts of stages that ended by themselves
 * @param good prompts that were sent and are right
 * @param lost of them those that were not scored
 * @param duplicated scored more than once
 * @param trained records that the trainer's ledger lists as trained on or held out
 * @param due records on the topic that are right
 * @param faults offsets that the ledger lists twice, or not
 * @param growth for each stage, its largest resident set in the last quarter of the run as a multiple of that in the second
 */
public record HostileStreamReport(
        SortedMap<String, SortedMap<String, Integer>> outcomes,
        int hostile,
        int vanished,
        int twice,
        int restarts,
        int good,
        int lost,
        int duplicated,
        long trained,
        long due,
        long faults,
        Map<String, Double> growth,
        Duration elapsed) {

    /** Whether each record met its end once, and no stage its own. */
    public boolean clean() {
        return vanished == 0
                && twice == 0
                && restarts == 0
                && lost == 0
                && duplicated == 0
                && faults == 0
                && trained == due;
    }

    public void print(PrintStream out) {
        outcomes.forEach((kind, ends) -> out.printf(Locale.ROOT, "%-33s %s%n", kind, text(ends)));
        ReportLine.print(out, "time", "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
        ReportLine.print(out, "hostile records", "%,d of %d kinds", hostile, outcomes.size());
        ReportLine.print(out, "  of which nothing was seen", "%,d", vanished);
        ReportLine.print(out, "  of which more than one was seen", "%,d", twice);
        ReportLine.print(out, "stages that ended by themselves", "%,d", restarts);
        ReportLine.print(out, "prompts that are right", "%,d", good);
        ReportLine.print(out, "  lost", "%,d", lost);
        ReportLine.print(out, "  scored twice", "%,d", duplicated);
        ReportLine.print(out, "trained on or held out", "%,d of %,d", trained, due);
        ReportLine.print(out, "offsets twice or not in the ledger", "%,d", faults);
        growth.forEach(
                (stage, ratio) -> ReportLine.print(out, "memory, " + stage, "%.2f of the second quarter's", ratio));
    }

    private static String text(Map<String, Integer> ends) {
        StringBuilder text = new StringBuilder();
        ends.forEach((end, count) ->
                text.append(text.isEmpty() ? "" : ", ").append(end).append(' ').append(count));
        return text.toString();
    }
}
