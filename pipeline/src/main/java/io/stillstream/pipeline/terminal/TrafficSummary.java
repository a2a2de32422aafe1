package io.stillstream.pipeline.terminal;

import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.RejectionCount;
import java.io.PrintStream;
import java.util.Locale;

/** What became of the lines of a source, for the person who named it. */
public final class TrafficSummary {

    /** Nothing was accepted. */
    private static final int NOTHING = 3;

    /** A file could not be read to its end. */
    private static final int DAMAGED = 1;

    private static final int CODE_WIDTH = 18;
    private static final int COUNT_WIDTH = 9;
    private static final int SOURCE_WIDTH = 24;

    private TrafficSummary() {}

    /** What was sent, in one line, and below it what was rejected. */
    public static void print(ProducerReport report, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%,d prompts sent, %,d of them held out; %,d lines rejected%n",
                report.sent(),
                report.heldOut(),
                report.deadLetters());
        rejections(report, out);
    }

    /** A table of the codes of rejected lines, and what else there is to say about them. */
    public static void rejections(ProducerReport report, PrintStream out) {
        if (!report.rejections().isEmpty()) {
            Table table = Table.start(
                    out,
                    Table.text("rejected as", CODE_WIDTH),
                    Table.number("lines", COUNT_WIDTH, "%,d"),
                    Table.number("first line", COUNT_WIDTH, "%,d"),
                    Table.text("of", SOURCE_WIDTH));
            for (RejectionCount rejection : report.rejections()) {
                table.row(rejection.code().label(), rejection.lines(), rejection.firstLine(), rejection.source());
            }
        }
        if (report.readBefore() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d lines had been read before and were not sent again; --from-start sends them again%n",
                    report.readBefore());
        }
        if (report.damaged()) {
            out.println(
                    "A file could not be read to its end; once it is mended, the next run goes on after what was read.");
        }
        if (report.acceptedNothing()) {
            out.println(
                    report.deadLetters() > 0
                            ? "Nothing was accepted: no line is a prompt."
                            : "Nothing was accepted: the source holds no line.");
        }
    }

    /** The exit code of a command that read this traffic. */
    public static int exitCode(ProducerReport report) {
        if (report.acceptedNothing()) {
            return NOTHING;
        }
        return report.damaged() ? DAMAGED : 0;
    }
}
