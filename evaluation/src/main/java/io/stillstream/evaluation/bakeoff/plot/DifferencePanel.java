package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Difference;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Result;
import io.stillstream.statistics.Interval;
import io.stillstream.statistics.Medians;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One set's paired differences from one baseline: a row for each arm, with the corrected interval as a thin line and the
 * nominal one as a thick line. An arm far away from the others is drawn at the edge as an arrow; its number is written.
 */
final class DifferencePanel {

    static final double WIDTH = 310;

    private static final double TOP = 34;
    private static final double BOTTOM = 56;
    private static final double VALUES = 74;
    private static final int TICKS = 4;
    private static final double TEXT_SIZE = 12;
    private static final double RADIUS = 3.5;
    private static final double ARROW = 7;
    private static final String GRID = "#e3e3e3";
    private static final String CORRECTED = "1.5";
    private static final String NOMINAL = "4";

    /** How much further than most the furthest arm may reach before it is cut. */
    private static final double FURTHEST = 4;

    private static final double BREATHING = 1.08;

    private final String set;
    private final String baseline;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;

    /** @param height of the panel with its axis, as that of the curves beside it */
    DifferencePanel(String set, String baseline, double x, double y, double height) {
        this.set = set;
        this.baseline = baseline;
        this.left = x;
        this.right = x + WIDTH - VALUES;
        this.top = y + TOP;
        this.bottom = y + height - BOTTOM;
    }

    /** @param styles of the arms, in their order */
    void draw(Svg svg, List<ArmReport> arms, List<ArmStyle> styles) {
        double reach = reach(arms);
        Axis axis = Axis.over(-reach, reach, left, right);
        svg.text(
                "text",
                TextWidth.shortened("less " + baseline, TEXT_SIZE, WIDTH),
                "x",
                Svg.number(left),
                "y",
                Svg.number(top - 12),
                "font-size",
                Svg.number(TEXT_SIZE),
                "font-weight",
                "bold");
        grid(svg, axis);
        for (int i = 0; i < arms.size(); i++) {
            Difference difference = difference(arms.get(i));
            double y = row(i, arms.size(), top, bottom);
            if (difference != null && Double.isFinite(difference.nominal().value())) {
                difference(svg, arms.get(i), styles.get(i), difference, axis, y);
            }
            label(svg, value(arms.get(i), difference), right + VALUES - 8, y + TEXT_SIZE / 3, "end");
        }
    }

    /** The names of the arms, in the rows of the panels to their right. */
    static void names(
            Svg svg,
            List<ArmReport> arms,
            List<ArmStyle> styles,
            String chosen,
            double x,
            double y,
            double width,
            double height) {
        for (int i = 0; i < arms.size(); i++) {
            String name = arms.get(i).name();
            svg.text(
                    "text",
                    TextWidth.shortened(name, TEXT_SIZE, width),
                    "class",
                    "name",
                    "x",
                    Svg.number(x + width),
                    "y",
                    Svg.number(row(i, arms.size(), y + TOP, y + height - BOTTOM) + TEXT_SIZE / 3),
                    "text-anchor",
                    "end",
                    "font-size",
                    Svg.number(TEXT_SIZE),
                    "font-weight",
                    name.equals(chosen) ? "bold" : "normal",
                    "fill",
                    styles.get(i).colour());
        }
    }

    private static double row(int index, int rows, double top, double bottom) {
        return top + (index + 0.5) * (bottom - top) / rows;
    }

    /** As far as the intervals reach from 0, without the few that reach much further than most. */
    private double reach(List<ArmReport> arms) {
        List<Double> reaches = new ArrayList<>();
        for (ArmReport arm : arms) {
            Difference difference = difference(arm);
            if (difference != null) {
                Interval interval = difference.corrected();
                double reach = Math.max(Math.abs(interval.low()), Math.abs(interval.high()));
                if (Double.isFinite(reach)) {
                    reaches.add(reach);
                }
            }
        }
        if (reaches.isEmpty()) {
            return 1;
        }
        double[] sorted =
                reaches.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double most = FURTHEST * Medians.of(sorted);
        double furthest = sorted[sorted.length - 1];
        return BREATHING * (most > 0 ? Math.min(furthest, most) : furthest);
    }

    private @Nullable Difference difference(ArmReport arm) {
        Result result = arm.results().get(set);
        return result == null ? null : result.differences().get(baseline);
    }

    private String value(ArmReport arm, @Nullable Difference difference) {
        if (difference == null) {
            return arm.name().equals(baseline) ? "baseline" : "";
        }
        double value = difference.nominal().value();
        return Double.isFinite(value) ? signed(value, 4) : "diverged";
    }

    private void grid(Svg svg, Axis axis) {
        svg.open("g", "font-size", Svg.number(TEXT_SIZE), "fill", ArmStyle.QUIET);
        for (double value : axis.ticks(TICKS)) {
            double x = axis.place(value);
            boolean zero = Math.abs(value) < 1e-12;
            svg.line(x, top, x, bottom, "stroke", zero ? ArmStyle.QUIET : GRID, "stroke-width", "1");
            label(svg, zero ? "0" : signed(value, axis.decimals(TICKS)), x, bottom + 19, "middle");
        }
        svg.line(left, bottom, right, bottom, "stroke", ArmStyle.QUIET, "stroke-width", "1");
        label(svg, "bits per byte, left is better", (left + right) / 2, bottom + 39, "middle");
        svg.close("g");
    }

    private void difference(Svg svg, ArmReport arm, ArmStyle style, Difference difference, Axis axis, double y) {
        double value = difference.nominal().value();
        svg.open("g", "class", "difference", "data-arm", arm.name(), "data-baseline", baseline);
        interval(svg, difference.corrected(), axis, y, style, CORRECTED);
        interval(svg, difference.nominal(), axis, y, style, NOMINAL);
        if (value < axis.low() || value > axis.high()) {
            arrow(svg, value < 0 ? left : right, value < 0 ? -ARROW : ARROW, y, style);
        } else {
            svg.element(
                    "circle",
                    "cx",
                    Svg.number(axis.place(value)),
                    "cy",
                    Svg.number(y),
                    "r",
                    Svg.number(RADIUS),
                    "fill",
                    style.colour());
        }
        svg.close("g");
    }

    /** As far as it lies inside. */
    private static void interval(Svg svg, Interval interval, Axis axis, double y, ArmStyle style, String width) {
        double low = Math.max(interval.low(), axis.low());
        double high = Math.min(interval.high(), axis.high());
        if (low <= high) {
            svg.line(axis.place(low), y, axis.place(high), y, "stroke", style.colour(), "stroke-width", width);
        }
    }

    private static void arrow(Svg svg, double edge, double length, double y, ArmStyle style) {
        svg.element(
                "polygon",
                "class",
                "arrow",
                "points",
                Svg.points(List.of(new double[] {edge, y}, new double[] {edge - length, y - ARROW / 2}, new double[] {
                    edge - length, y + ARROW / 2
                })),
                "fill",
                style.colour());
    }

    private static void label(Svg svg, String text, double x, double y, String anchor) {
        svg.text(
                "text",
                text,
                "x",
                Svg.number(x),
                "y",
                Svg.number(y),
                "text-anchor",
                anchor,
                "font-size",
                Svg.number(TEXT_SIZE),
                "fill",
                ArmStyle.QUIET);
    }

    private static String signed(double value, int decimals) {
        return String.format(Locale.ROOT, "%+." + decimals + "f", value);
    }
}
