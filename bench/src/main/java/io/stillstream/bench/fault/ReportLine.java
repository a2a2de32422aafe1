package io.stillstream.bench.fault;

import java.io.PrintStream;
import java.util.Locale;

/** A figure of a report, with what it counts before it. */
public final class ReportLine {

    private ReportLine() {}

    /** @param format of the values, as {@link String#format} takes it */
    public static void print(PrintStream out, String label, String format, Object... values) {
        out.printf(Locale.ROOT, "%-33s %s%n", label, String.format(Locale.ROOT, format, values));
    }
}
