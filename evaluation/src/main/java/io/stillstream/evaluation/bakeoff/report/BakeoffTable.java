package io.stillstream.evaluation.bakeoff.report;

import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Difference;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Family;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Result;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.StudentReport;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import io.stillstream.statistics.Interval;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as Markdown: a section for each student, a table for each set, and what it takes to read them. */
public final class BakeoffTable {

    private static final String SURE = " *";
    private static final String NO_MARK = "  ";

    private final BakeoffReport report;

    public BakeoffTable(BakeoffReport report) {
        this.report = report;
    }

    /** The tables with what it takes to read them. */
    public String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("# Bake-off");
        lines.add("");
        lines.add(format(
                "%s, %s, %s, %,d %s in steps of %s from a stream of %s.",
                count(report.students().size(), "student"),
                count(report.students().get(0).arms().size(), "arm"),
                count(report.seeds().size(), "seed"),
                report.budget(),
                report.unit().label(),
                report.step(),
                count(report.texts(), "text")));
        report.students().forEach(student -> student(student, lines));
        lines.add("");
        lines.add("## Notes");
        lines.add("");
        notes().forEach(note -> lines.add("- " + note));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private void student(StudentReport student, List<String> lines) {
        lines.add("");
        lines.add("## Student " + student.name());
        for (SetRole role : SetRole.values()) {
            student.sets().stream().filter(set -> set.role() == role).forEach(set -> set(student, set, lines));
            if (role == SetRole.SELECTION && student.choice() != null) {
                lines.add("");
                lines.add(choice(student, student.choice()));
            }
        }
        lines.add("");
        lines.add("### Training");
        lines.add("");
        lines.addAll(training(student));
        if (report.exposurePrompts() > 0) {
            lines.add("");
            lines.add("### Exposure: what the students write themselves");
            lines.add("");
            lines.addAll(exposure(student));
        }
    }

    private void set(StudentReport student, HeldOut set, List<String> lines) {
        lines.add("");
        lines.add("### " + heading(student, set) + ": " + set.name());
        lines.add("");
        lines.add(format(
                "%s of %s, %,d bytes; the teacher itself has %.4f bits/byte.%s%s",
                count(set.records(), "response"),
                count(set.conversations(), "conversation"),
                set.bytes(),
                set.teacherBitsPerByte(),
                set.refused() == 0 ? "" : format(" %,d more do not fit the student's context window.", set.refused()),
                set.conversations() == 1
                        ? " One conversation says nothing about others, whatever its intervals."
                        : ""));
        lines.add("");
        lines.addAll(table(student, set));
    }

    /** Where nothing is chosen, nothing is confirmed. */
    private static String heading(StudentReport student, HeldOut set) {
        if (set.role() == SetRole.SELECTION) {
            return "Selection";
        }
        return student.choice() == null ? "Held out" : "Confirmation";
    }

    private List<String> table(StudentReport student, HeldOut set) {
        List<String> header = new ArrayList<>(List.of("arm", "bits/byte"));
        report.baselines()
                .forEach(baseline -> header.add("vs " + MarkdownTable.cell(baseline) + " ["
                        + percent(report.family().comparisonConfidence()) + "]"));
        MarkdownTable table = new MarkdownTable(header);
        for (ArmReport arm : student.arms()) {
            Result result = arm.results().get(set.name());
            if (result != null) {
                List<String> row = new ArrayList<>();
                row.add(name(student, arm));
                row.add(format("%.4f", result.bitsPerByte().mean()));
                report.baselines().forEach(baseline -> row.add(difference(result, baseline)));
                table.add(row);
            }
        }
        return table.lines();
    }

    private static String name(StudentReport student, ArmReport arm) {
        String name = MarkdownTable.cell(arm.name());
        return student.isChosen(arm.name()) ? "**" + name + "** (chosen)" : name;
    }

    private static String difference(Result result, String baseline) {
        Difference difference = result.differences().get(baseline);
        if (difference == null) {
            return "baseline" + NO_MARK;
        }
        Interval interval = difference.corrected();
        return format("%+.4f [%+.4f, %+.4f]", interval.value(), interval.low(), interval.high())
                + (interval.excludesZero() ? SURE : NO_MARK);
    }

    private static String choice(StudentReport student, ArmChoice choice) {
        String chosen = choice.arm();
        if (chosen == null) {
            return "No arm is chosen: none has a finite difference from '" + choice.baseline() + "'.";
        }
        long sets = student.sets().stream()
                .filter(set -> set.role() == SetRole.SELECTION)
                .count();
        boolean confirmed = student.sets().stream().anyMatch(set -> set.role() == SetRole.CONFIRMATION);
        return format(
                "Best on the selection sets: **%s**, with a mean difference of %+.4f bits/byte from %s over %s.%s",
                chosen,
                choice.meanDifferences().getOrDefault(chosen, Double.NaN),
                choice.baseline(),
                count((int) sets, "set"),
                confirmed ? "" : " Nothing confirms it: there is no set that it was not chosen by.");
    }

    private List<String> training(StudentReport student) {
        boolean sharesAreKnown =
                student.arms().stream().anyMatch(arm -> !arm.gradientShares().isEmpty());
        List<String> header = new ArrayList<>(List.of("arm", "steps", "label tokens", "tokens predicted"));
        if (sharesAreKnown) {
            header.add("gradient shares");
        }
        MarkdownTable table = new MarkdownTable(header);
        for (ArmReport arm : student.arms()) {
            CurvePoint end = arm.curve().get(arm.curve().size() - 1);
            List<String> row = new ArrayList<>(List.of(
                    name(student, arm),
                    format("%,.0f", end.steps()),
                    format("%,.0f", end.labelTokens()),
                    format("%,.0f", arm.tokens())));
            if (sharesAreKnown) {
                row.add(shares(arm.gradientShares()));
            }
            table.add(row);
        }
        List<String> lines = new ArrayList<>(table.lines());
        for (ArmReport arm : student.arms()) {
            if (arm.skippedTexts() > 0) {
                lines.add("");
                lines.add(format(
                        "`%s` could not train on a text %,d times: it saw less of the stream than others.",
                        arm.name(), arm.skippedTexts()));
            }
            if (arm.unappliedSteps() > 0) {
                lines.add("");
                lines.add(format(
                        "`%s` had %,d steps without a finite gradient, which changed nothing.",
                        arm.name(), arm.unappliedSteps()));
            }
        }
        return lines;
    }

    private static List<String> exposure(StudentReport student) {
        List<String> sets = student.sets().stream()
                .map(HeldOut::name)
                .filter(set ->
                        student.arms().stream().anyMatch(arm -> arm.exposure().containsKey(set)))
                .toList();
        List<String> header = new ArrayList<>(List.of("arm"));
        for (String set : sets) {
            header.add(MarkdownTable.cell(set) + ": repetition");
            header.add(MarkdownTable.cell(set) + ": teacher's bits/byte");
        }
        MarkdownTable table = new MarkdownTable(header);
        List<String> unscored = new ArrayList<>();
        for (ArmReport arm : student.arms()) {
            List<String> row = new ArrayList<>(List.of(name(student, arm)));
            for (String set : sets) {
                Exposure exposure = arm.exposure().get(set);
                if (exposure == null) {
                    row.addAll(List.of("", ""));
                    continue;
                }
                WrittenAnswers before = exposure.before();
                WrittenAnswers after = exposure.after();
                row.add(percent(before.repetitionRate()) + " → " + percent(after.repetitionRate()));
                row.add(format("%.4f → %.4f", before.teacherBitsPerByte(), after.teacherBitsPerByte()));
                if (after.scored() < 1) {
                    unscored.add("");
                    unscored.add(format(
                            "`%s` after training: the teacher scored %s of the answers to '%s'; it takes no empty one.",
                            arm.name(), percent(after.scored()), set));
                }
            }
            table.add(row);
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.addAll(unscored);
        return lines;
    }

    private static String shares(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(share -> format("%s %.0f%%", MarkdownTable.cell(share.getKey()), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }

    private List<String> notes() {
        Family family = report.family();
        boolean oneSeed = report.seeds().size() == 1;
        List<String> notes = new ArrayList<>();
        notes.add(format(
                "Bits/byte: held-out loss after the last step, a mean over %s; lower is better. vs: the paired difference from"
                        + " a baseline, below 0 better. `*`: its interval excludes 0.",
                count(report.seeds().size(), "seed")));
        notes.add(format(
                "What is resampled: %s. The records of one conversation are drawn together, because what continues one"
                        + " text is not independent. Intervals are percentiles of %,d draws.%s",
                oneSeed ? "conversations; one seed says nothing about others" : "seeds and conversations",
                family.resamples(),
                oneSeed
                        ? ""
                        : format(
                                " Of the variance between seeds, %1$d seeds show the bootstrap %2$d/%1$d.",
                                report.seeds().size(), report.seeds().size() - 1)));
        if (family.comparisons() > 1) {
            notes.add(format(
                    "Intervals are corrected for the number of arms (Bonferroni): the family is the %,d comparisons of one"
                            + " set's table, each arm with each baseline and a pair once. Each interval has a confidence of %s,"
                            + " so that all of a table hold at once with %s. bakeoff.json holds the intervals of %s for"
                            + " a comparison alone too.",
                    family.comparisons(),
                    percent(family.comparisonConfidence()),
                    percent(family.confidence()),
                    percent(family.confidence())));
        }
        boolean chosen = report.students().stream().anyMatch(student -> student.choice() != null);
        if (chosen) {
            notes.add("Chosen: the arm with the least mean over the selection sets of its difference from "
                    + report.baselines().get(0)
                    + ". It looks better on these sets than it is; on the confirmation sets it does not.");
        }
        notes.add(
                "Label tokens: of the texts trained on, the teacher's responses in the student's tokens; the same for every"
                        + " arm. Tokens predicted: in the sequences that the arm made of them. Means over seeds.");
        if (report.exposurePrompts() > 0) {
            notes.add(format(
                    "Exposure: the most likely answers of the student to at most %s of a set, before training → after it, means"
                            + " over seeds. Repetition: the share of an answer's runs of 4 tokens that it has written before,"
                            + " a mean over answers. The teacher's bits/byte: its own loss on these answers; what repeats itself"
                            + " costs it little.",
                    count(report.exposurePrompts(), "prompt")));
        }
        return notes;
    }

    private static String count(int count, String what) {
        return format("%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    /** {@code 95%}, {@code 99.44%}. */
    private static String percent(double share) {
        return new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(100 * share) + "%";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
