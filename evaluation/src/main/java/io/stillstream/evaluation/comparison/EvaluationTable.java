package io.stillstream.evaluation.comparison;

import io.stillstream.evaluation.comparison.EvaluationResult.Row;
import io.stillstream.evaluation.comparison.EvaluationResult.StudentCounts;
import io.stillstream.evaluation.measure.Metric;
import io.stillstream.statistics.Interval;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;

/** An evaluation for a person: each student's figures, and whether the differences are more than chance. */
public final class EvaluationTable {

    private final PrintWriter out;
    private final String confidence;

    /** @param confidence of the intervals, 0 to 1 */
    public EvaluationTable(PrintWriter out, double confidence) {
        this.out = out;
        this.confidence = Math.round(100 * confidence) + "%";
    }

    public void print(EvaluationResult result) {
        line("%s: %s", result.file(), String.join(", ", counts(result)));
        boolean several = result.rows().size() > 1;
        line(
                "Figures with their %s intervals%s.",
                confidence, several ? "; below them, how each student differs from the first" : "");
        if (several && !sawTheSame(result)) {
            line("Students saw more or less of the texts: their context windows end at different places.");
        }
        Interval teacher = result.teacherBitsPerByte();
        if (teacher != null) {
            line("");
            line("teacher");
            figure(Metric.BITS_PER_BYTE.label(), teacher);
        }
        for (int i = 0; i < result.rows().size(); i++) {
            line("");
            print(i, result.rows().get(i));
        }
        out.flush();
    }

    private void print(int index, Row row) {
        line("%d. %s%s", index + 1, row.name(), row.student() == null ? "" : seen(row.student()));
        row.comparison().figures().forEach((metric, interval) -> figure(metric.label(), interval));
        if (!row.comparison().differences().isEmpty()) {
            line("   less 1:");
            row.comparison().differences().forEach(this::difference);
        }
    }

    private static boolean sawTheSame(EvaluationResult result) {
        return result.rows().stream()
                        .map(Row::student)
                        .filter(Objects::nonNull)
                        .mapToLong(StudentCounts::bytes)
                        .distinct()
                        .count()
                <= 1;
    }

    private static List<String> counts(EvaluationResult result) {
        List<String> counts = new ArrayList<>();
        counts.add(String.format(Locale.ROOT, "%d records", result.records()));
        if (result.text() != null) {
            counts.add(String.format(Locale.ROOT, "%d measured on their %s", result.compared(), result.text()));
            if (result.withoutText() > 0) {
                counts.add(String.format(Locale.ROOT, "%d without one", result.withoutText()));
            }
            int unfit = result.records() - result.withoutText() - result.compared();
            if (unfit > 0) {
                counts.add(String.format(Locale.ROOT, "%d left out because they do not fit a student", unfit));
            }
            if (result.answered() > 0) {
                counts.add(String.format(Locale.ROOT, "%d answered", result.answered()));
            }
        }
        return counts;
    }

    private static String seen(StudentCounts student) {
        StringBuilder seen = new StringBuilder(
                String.format(Locale.ROOT, "  (%,d tokens, %,d bytes", student.tokens(), student.bytes()));
        if (student.truncated() > 0) {
            seen.append(String.format(Locale.ROOT, ", %d texts truncated to its context window", student.truncated()));
        }
        new TreeMap<>(student.refused())
                .forEach((reason, count) -> seen.append(String.format(
                        Locale.ROOT,
                        ", %d refused for %s",
                        count,
                        reason.name().toLowerCase(Locale.ROOT).replace('_', ' '))));
        return seen.append(')').toString();
    }

    private void figure(String label, Interval interval) {
        line("   %-24s %9.4f  [%.4f, %.4f]", label, interval.value(), interval.low(), interval.high());
    }

    private void difference(Metric metric, Interval interval) {
        line(
                "   %-24s %+9.4f  [%+.4f, %+.4f]  %s",
                metric.label(), interval.value(), interval.low(), interval.high(), verdict(metric, interval));
    }

    private static String verdict(Metric metric, Interval difference) {
        if (!difference.excludesZero()) {
            return "may be chance";
        }
        return difference.value() > 0 == metric.higherIsBetter() ? "better" : "worse";
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
