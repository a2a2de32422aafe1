package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;

/**
 * How the prompts that arrived differ from those that were sent.
 *
 * @param lost never arrived
 * @param duplicated arrivals after a prompt's first
 * @param disordered first arrivals after a later prompt of their conversation
 * @param misplaced under another key, or targets where a dead letter was to be and the other way round
 * @param wrongEnds ends of sources that never arrived, and markers that arrived twice or before a prompt of theirs
 * @param deadLetters arrivals on {@code dead-letters}: no fault
 */
public record DeliveryResult(int lost, int duplicated, int disordered, int misplaced, int wrongEnds, int deadLetters) {

    public boolean clean() {
        return lost == 0 && duplicated == 0 && disordered == 0 && misplaced == 0 && wrongEnds == 0;
    }

    /** A line for each count. */
    public void print(PrintStream out) {
        ReportLine.print(out, "of them dead letters", "%,d", deadLetters());
        ReportLine.print(out, "lost", "%,d", lost());
        ReportLine.print(out, "duplicated", "%,d", duplicated());
        ReportLine.print(out, "out of order within a key", "%,d", disordered());
        ReportLine.print(out, "under a wrong key or topic", "%,d", misplaced());
        ReportLine.print(out, "wrong or lost ends of sources", "%,d", wrongEnds());
    }
}
