package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.BakeoffReport.Result;
import io.stillstream.evaluation.statistics.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as a Markdown table whose columns also line up in a terminal. */
public final class BakeoffTable {

    private static final String SURE = " *";
    private static final String NO_MARK = "  ";

    private final BakeoffReport report;

    public BakeoffTable(BakeoffReport report) {
        this.report = report;
    }

    /** The table with what it takes to read it. */
    public String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("# Bake-off");
        lines.add("");
        lines.add(format(
                "%d arms, %d %s, %,d steps of %s from a stream of %,d texts.",
                report.arms().size(),
                report.seeds().size(),
                report.seeds().size() == 1 ? "seed" : "seeds",
                report.steps(),
                report.step(),
                report.texts()));
        lines.add("");
        lines.addAll(table());
        lines.add("");
        lines.addAll(legend());
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private List<String> table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(header());
        report.arms().forEach(arm -> rows.add(row(arm)));
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
            if (lines.size() == 1) {
                lines.add(rule(widths));
            }
        }
        return lines;
    }

    private List<String> header() {
        List<String> header = new ArrayList<>();
        header.add("arm");
        header.add("tokens");
        for (HeldOut set : report.heldOut()) {
            header.add(cell(set.name()) + " bits/byte");
            header.add("vs " + cell(report.baseline()) + " [95%]");
        }
        if (sharesAreKnown()) {
            header.add("gradient shares");
        }
        return header;
    }

    private List<String> row(ArmReport arm) {
        List<String> row = new ArrayList<>();
        row.add(cell(arm.name()));
        row.add(format("%,.0f", arm.tokens()));
        for (HeldOut set : report.heldOut()) {
            Result result = arm.results().get(set.name());
            row.add(result == null ? "" : format("%.4f", result.bitsPerByte().mean()));
            row.add(result == null ? "" : difference(result));
        }
        if (sharesAreKnown()) {
            row.add(shares(arm.gradientShares()));
        }
        return row;
    }

    private static String difference(Result result) {
        Interval difference = result.difference();
        if (difference == null) {
            return "baseline" + NO_MARK;
        }
        return format("%+.4f [%+.4f, %+.4f]", difference.value(), difference.low(), difference.high())
                + (difference.excludesZero() ? SURE : NO_MARK);
    }

    private boolean sharesAreKnown() {
        return report.arms().stream().anyMatch(arm -> !arm.gradientShares().isEmpty());
    }

    private static String shares(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(share -> format("%s %.0f%%", cell(share.getKey()), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }

    private List<String> legend() {
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "Bits/byte: held-out loss after the last step, a mean over %s; lower is better. vs: the paired"
                        + " difference, below 0 better; its 95%% interval is a bootstrap over %s.",
                report.seeds().size() == 1 ? "one seed" : report.seeds().size() + " seeds",
                report.seeds().size() == 1 ? "records: one seed says nothing about others" : "seeds and records"));
        lines.add("`*`: the interval excludes 0. Tokens: predicted in training, a mean over seeds.");
        for (HeldOut set : report.heldOut()) {
            lines.add(format(
                    "`%s`: %,d responses, %,d bytes; the teacher itself has %.4f bits/byte.%s",
                    set.name(),
                    set.records(),
                    set.bytes(),
                    set.teacherBitsPerByte(),
                    set.refused() == 0
                            ? ""
                            : format(" %,d more do not fit the student's context window.", set.refused())));
        }
        for (ArmReport arm : report.arms()) {
            if (arm.skippedTexts() > 0) {
                lines.add(format(
                        "`%s` could not train on a text %,d times: it saw less of the stream than others.",
                        arm.name(), arm.skippedTexts()));
            }
            if (arm.unappliedSteps() > 0) {
                lines.add(format(
                        "`%s` had %,d steps without a finite gradient, which changed nothing.",
                        arm.name(), arm.unappliedSteps()));
            }
        }
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(' ')
                    .append(isText(i) ? cells.get(i) + padding : padding + cells.get(i))
                    .append(" |");
        }
        return line.toString();
    }

    private static String rule(int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(isText(i) ? ":" : "-").append("-".repeat(widths[i])).append(isText(i) ? "-|" : ":|");
        }
        return line.toString();
    }

    /** The first column holds names; numbers stand to the right. */
    private static boolean isText(int column) {
        return column == 0;
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
