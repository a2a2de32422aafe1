package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.ArmChoice;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.StudentReport;
import java.util.List;

/**
 * A report as SVG: for each student and held-out set the curves of all arms, each with its band, and beside them how the arms
 * ended against each baseline.
 */
public final class BakeoffPlot {

    private static final double MARGIN = 24;
    private static final double HEADER = 84;
    private static final double STUDENT = 36;
    private static final double CURVES = 500;
    private static final double NAMES = 190;
    private static final double GAP = 14;
    private static final double LEAST_HEIGHT = 300;
    private static final double AXES = 90;
    private static final double ROW = 19;
    private static final double LINE = 18;
    private static final double LEGEND_LINE = 22;
    private static final double LEGEND_SAMPLE = 34;
    private static final double TITLE_SIZE = 18;
    private static final double STUDENT_SIZE = 16;
    private static final double TEXT_SIZE = 13;

    private final BakeoffReport report;
    private final List<ArmReport> arms;
    private final List<ArmStyle> styles;

    public BakeoffPlot(BakeoffReport report) {
        this.report = report;
        this.arms = report.students().get(0).arms();
        this.styles = ArmStyle.of(report, arms);
    }

    public String svg() {
        double panelHeight = Math.max(LEAST_HEIGHT, AXES + ROW * arms.size());
        double width = 2 * MARGIN + CURVES + NAMES + GAP + report.baselines().size() * DifferencePanel.WIDTH;
        double legendTop = HEADER + MARGIN;
        for (StudentReport student : report.students()) {
            legendTop += STUDENT + student.sets().size() * panelHeight;
        }
        Svg svg = new Svg(width, legendTop + legendLines(width) * LEGEND_LINE + MARGIN / 2);
        svg.element("rect", "width", "100%", "height", "100%", "fill", "#ffffff");
        header(svg);
        double y = HEADER;
        for (int s = 0; s < report.students().size(); s++) {
            StudentReport student = report.students().get(s);
            text(svg, "Student " + student.name(), MARGIN, y + STUDENT_SIZE, STUDENT_SIZE, true);
            y += STUDENT;
            for (int i = 0; i < student.sets().size(); i++) {
                row(svg, student, student.sets().get(i), "panel" + s + "-" + i, y, panelHeight);
                y += panelHeight;
            }
        }
        legend(svg, width, legendTop);
        return svg.finish();
    }

    private void row(Svg svg, StudentReport student, HeldOut set, String id, double y, double height) {
        String heading = set.name() + (set.role() == SetRole.SELECTION ? " (selection)" : "");
        new BakeoffPanel(set.name(), heading, report.unit(), id, MARGIN, y, CURVES, height)
                .draw(svg, student.arms(), styles);
        ArmChoice choice = student.choice();
        String chosen = choice == null || choice.arm() == null ? "" : choice.arm();
        DifferencePanel.names(svg, student.arms(), styles, chosen, MARGIN + CURVES, y, NAMES, height);
        double x = MARGIN + CURVES + NAMES + GAP;
        for (String baseline : report.baselines()) {
            new DifferencePanel(set.name(), baseline, x, y, height).draw(svg, student.arms(), styles);
            x += DifferencePanel.WIDTH;
        }
    }

    private void header(Svg svg) {
        String curves = report.seeds().size() == 1
                ? "Left: one seed."
                : "Left: means of " + report.seeds().size() + " seeds, bands of one standard deviation.";
        svg.text("title", "Held-out loss of " + arms.size() + " arms");
        text(svg, "Held-out loss", MARGIN, 30, TITLE_SIZE, true);
        int comparisons = report.family().comparisons();
        quiet(svg, curves, 50);
        quiet(
                svg,
                "Right: paired differences at the end; thick: 95% interval, thin: corrected for " + comparisons
                        + (comparisons == 1 ? " comparison." : " comparisons."),
                50 + LINE);
    }

    private static void quiet(Svg svg, String text, double y) {
        svg.text(
                "text",
                text,
                "x",
                Svg.number(MARGIN),
                "y",
                Svg.number(y),
                "font-size",
                Svg.number(TEXT_SIZE),
                "fill",
                ArmStyle.QUIET);
    }

    private void legend(Svg svg, double width, double top) {
        double x = MARGIN;
        double y = top;
        for (int i = 0; i < arms.size(); i++) {
            String label = label(arms.get(i));
            if (x > MARGIN && x + entryWidth(label) > width - MARGIN) {
                x = MARGIN;
                y += LEGEND_LINE;
            }
            ArmStyle style = styles.get(i);
            svg.line(
                    x,
                    y - TEXT_SIZE / 3,
                    x + LEGEND_SAMPLE - 8,
                    y - TEXT_SIZE / 3,
                    "stroke",
                    style.colour(),
                    "stroke-width",
                    ArmStyle.STROKE,
                    "stroke-dasharray",
                    style.dashes());
            text(svg, label, x + LEGEND_SAMPLE, y, TEXT_SIZE, false);
            x += entryWidth(label);
        }
    }

    private int legendLines(double width) {
        int lines = 1;
        double x = MARGIN;
        for (ArmReport arm : arms) {
            double entry = entryWidth(label(arm));
            if (x > MARGIN && x + entry > width - MARGIN) {
                x = MARGIN;
                lines++;
            }
            x += entry;
        }
        return lines;
    }

    private static double entryWidth(String label) {
        return LEGEND_SAMPLE + TextWidth.of(label, TEXT_SIZE) + MARGIN;
    }

    private String label(ArmReport arm) {
        return report.baselines().contains(arm.name()) ? arm.name() + " (baseline)" : arm.name();
    }

    private static void text(Svg svg, String text, double x, double y, double size, boolean bold) {
        svg.text(
                "text",
                text,
                "x",
                Svg.number(x),
                "y",
                Svg.number(y),
                "font-size",
                Svg.number(size),
                "font-weight",
                bold ? "bold" : "normal");
    }

    /** The points of an arm's curve that have a place: a student that diverged has none. */
    static List<CurvePoint> finite(ArmReport arm, String set) {
        return arm.curve().stream()
                .filter(point -> point.bitsPerByte().containsKey(set)
                        && Double.isFinite(point.bitsPerByte().get(set).mean()))
                .toList();
    }
}
