package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.BakeoffReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.BakeoffReport.HeldOut;
import java.util.List;

/** A report's curves as SVG: a panel for each held-out set, a curve with its confidence band for each arm. */
public final class BakeoffPlot {

    /** How many panels stand side by side. */
    private static final int COLUMNS = 2;

    private static final double MARGIN = 24;
    private static final double HEADER = 64;
    private static final double PANEL_WIDTH = 480;
    private static final double PANEL_HEIGHT = 340;
    private static final double LEGEND_LINE = 22;
    private static final double LEGEND_SAMPLE = 34;
    private static final double TITLE_SIZE = 18;
    private static final double TEXT_SIZE = 13;
    /** Estimates on the large side: legends rather stand too far apart than too near. */
    private static final double LETTER_WIDTH = 6.8;

    private static final double WIDE_LETTER_WIDTH = 13;

    private final BakeoffReport report;

    public BakeoffPlot(BakeoffReport report) {
        this.report = report;
    }

    public String svg() {
        List<HeldOut> sets = report.heldOut();
        int columns = Math.min(COLUMNS, sets.size());
        int rows = (sets.size() + columns - 1) / columns;
        double width = columns * PANEL_WIDTH + 2 * MARGIN;
        double legendTop = HEADER + rows * PANEL_HEIGHT + MARGIN;
        Svg svg = new Svg(width, legendTop + legendLines(width) * LEGEND_LINE + MARGIN / 2);
        svg.element("rect", "width", "100%", "height", "100%", "fill", "#ffffff");
        header(svg);
        for (int i = 0; i < sets.size(); i++) {
            int row = i / columns;
            new BakeoffPanel(
                            sets.get(i).name(),
                            "panel" + i,
                            MARGIN + (i % columns) * PANEL_WIDTH,
                            HEADER + row * PANEL_HEIGHT,
                            PANEL_WIDTH,
                            PANEL_HEIGHT)
                    .draw(svg, report.arms(), ArmStyle.of(report));
        }
        legend(svg, width, legendTop);
        return svg.finish();
    }

    private void header(Svg svg) {
        String seeds = report.seeds().size() == 1
                ? "one seed"
                : "mean of " + report.seeds().size() + " seeds; bands: its 95% confidence (Student's t over seeds)";
        svg.text("title", "Held-out loss of " + report.arms().size() + " arms");
        svg.text(
                "text",
                "Held-out loss while training",
                "x",
                Svg.number(MARGIN),
                "y",
                "30",
                "font-size",
                Svg.number(TITLE_SIZE),
                "font-weight",
                "bold");
        svg.text(
                "text",
                seeds,
                "x",
                Svg.number(MARGIN),
                "y",
                "50",
                "font-size",
                Svg.number(TEXT_SIZE),
                "fill",
                ArmStyle.QUIET);
    }

    private void legend(Svg svg, double width, double top) {
        List<ArmStyle> styles = ArmStyle.of(report);
        double x = MARGIN;
        double y = top;
        for (int i = 0; i < report.arms().size(); i++) {
            ArmReport arm = report.arms().get(i);
            if (x > MARGIN && x + entryWidth(arm) > width - MARGIN) {
                x = MARGIN;
                y += LEGEND_LINE;
            }
            ArmStyle style = styles.get(i);
            svg.element(
                    "line",
                    "x1",
                    Svg.number(x),
                    "y1",
                    Svg.number(y - TEXT_SIZE / 3),
                    "x2",
                    Svg.number(x + LEGEND_SAMPLE - 8),
                    "y2",
                    Svg.number(y - TEXT_SIZE / 3),
                    "stroke",
                    style.colour(),
                    "stroke-width",
                    ArmStyle.STROKE,
                    "stroke-dasharray",
                    style.dashes());
            svg.text(
                    "text",
                    label(arm),
                    "x",
                    Svg.number(x + LEGEND_SAMPLE),
                    "y",
                    Svg.number(y),
                    "font-size",
                    Svg.number(TEXT_SIZE));
            x += entryWidth(arm);
        }
    }

    private int legendLines(double width) {
        int lines = 1;
        double x = MARGIN;
        for (ArmReport arm : report.arms()) {
            if (x > MARGIN && x + entryWidth(arm) > width - MARGIN) {
                x = MARGIN;
                lines++;
            }
            x += entryWidth(arm);
        }
        return lines;
    }

    private double entryWidth(ArmReport arm) {
        return LEGEND_SAMPLE + textWidth(label(arm)) + MARGIN;
    }

    private static double textWidth(String text) {
        return text.codePoints()
                .mapToDouble(letter -> isWide(letter) ? WIDE_LETTER_WIDTH : LETTER_WIDTH)
                .sum();
    }

    private static boolean isWide(int letter) {
        return letter == 'm' || letter == 'w' || Character.isUpperCase(letter) || Character.isIdeographic(letter);
    }

    private String label(ArmReport arm) {
        return arm.name().equals(report.baseline()) ? arm.name() + " (baseline)" : arm.name();
    }

    /** The points of an arm's curve that have a place: a student that diverged has none. */
    static List<CurvePoint> finite(ArmReport arm, String set) {
        return arm.curve().stream()
                .filter(point -> point.bitsPerByte().containsKey(set)
                        && Double.isFinite(point.bitsPerByte().get(set).mean()))
                .toList();
    }
}
