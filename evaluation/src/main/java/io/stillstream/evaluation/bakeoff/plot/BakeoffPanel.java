package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.SeedSpread;
import io.stillstream.statistics.Medians;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One set's curves between two axes, each with a band of one standard deviation of seeds. What lies outside is clipped: the
 * first steps and the arms that lie far above the rest, and bands that are wider than all there is to see.
 */
final class BakeoffPanel {

    private static final double LEFT = 64;
    private static final double RIGHT = 20;
    private static final double TOP = 34;
    private static final double BOTTOM = 56;
    private static final int TICKS = 5;
    private static final double TEXT_SIZE = 12;
    private static final double HEADING_SIZE = 14;
    /** Of the range of values, kept free above and below them. */
    private static final double BREATHING = 0.05;

    /** Of a run, at the start: there every arm falls alike, and a panel as high as that shows little else. */
    private static final double START = 0.4;

    /** How far above the median arm's end an arm may end, in units of how far the best is below it, before it is cut. */
    private static final double FURTHEST = 6;

    /** Kept free beside the heading for what is not shown. */
    private static final double NOTE = 200;

    private static final String GRID = "#e3e3e3";
    private static final String BAND_OPACITY = "0.16";

    private final String set;
    private final String heading;
    private final BudgetUnit unit;
    private final String id;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;

    /**
     * @param set its name
     * @param heading its name for a person
     * @param id unique within the picture
     */
    BakeoffPanel(
            String set, String heading, BudgetUnit unit, String id, double x, double y, double width, double height) {
        this.set = set;
        this.heading = heading;
        this.unit = unit;
        this.id = id;
        this.left = x + LEFT;
        this.right = x + width - RIGHT;
        this.top = y + TOP;
        this.bottom = y + height - BOTTOM;
    }

    /** @param styles of the arms, in their order */
    void draw(Svg svg, List<ArmReport> arms, List<ArmStyle> styles) {
        Axis horizontal = horizontal(arms);
        Axis vertical = vertical(arms, horizontal.high());
        svg.text(
                "text",
                TextWidth.shortened(heading, HEADING_SIZE, right - left - NOTE),
                "x",
                Svg.number(left),
                "y",
                Svg.number(top - 12),
                "font-size",
                Svg.number(HEADING_SIZE),
                "font-weight",
                "bold");
        noteWhatIsCut(svg, means(arms, 0).getMax(), vertical);
        grid(svg, horizontal, vertical);
        svg.open("clipPath", "id", id)
                .element(
                        "rect",
                        "x",
                        Svg.number(left),
                        "y",
                        Svg.number(top),
                        "width",
                        Svg.number(right - left),
                        "height",
                        Svg.number(bottom - top));
        svg.close("clipPath");
        svg.open("g", "clip-path", "url(#" + id + ")");
        for (int i = 0; i < arms.size(); i++) {
            band(svg, arms.get(i), styles.get(i), horizontal, vertical);
        }
        for (boolean baseline : new boolean[] {false, true}) {
            for (int i = 0; i < arms.size(); i++) {
                if (styles.get(i).isBaseline() == baseline) {
                    curve(svg, arms.get(i), styles.get(i), horizontal, vertical);
                }
            }
        }
        svg.close("g");
    }

    private Axis horizontal(List<ArmReport> arms) {
        double furthest = arms.stream()
                .flatMap(arm -> arm.curve().stream())
                .mapToDouble(point -> point.at(unit))
                .max()
                .orElse(1);
        return Axis.over(0, furthest, left, right);
    }

    /** From the lowest point to the highest after the start, of the arms that do not end far above the others. */
    private Axis vertical(List<ArmReport> arms, double furthest) {
        DoubleSummaryStatistics all = means(arms, 0);
        DoubleSummaryStatistics afterStart = means(near(arms), START * furthest);
        if (all.getCount() == 0) {
            return Axis.over(0, 1, bottom, top);
        }
        double low = all.getMin();
        double high = afterStart.getCount() == 0 ? all.getMax() : afterStart.getMax();
        double room = BREATHING * (high - low);
        return Axis.over(low - room, high + room, bottom, top);
    }

    private List<ArmReport> near(List<ArmReport> arms) {
        double[] ends = arms.stream()
                .map(arm -> BakeoffPlot.finite(arm, set))
                .filter(points -> !points.isEmpty())
                .mapToDouble(points -> mean(points.get(points.size() - 1)))
                .sorted()
                .toArray();
        if (ends.length == 0) {
            return arms;
        }
        double median = Medians.of(ends);
        double highest = median + FURTHEST * (median - ends[0]);
        List<ArmReport> near = arms.stream()
                .filter(arm -> {
                    List<CurvePoint> points = BakeoffPlot.finite(arm, set);
                    return !points.isEmpty() && mean(points.get(points.size() - 1)) <= highest;
                })
                .toList();
        // Where most arms end alike, there is no measure of what is far.
        return median > ends[0] ? near : arms;
    }

    /** The points from so far on. */
    private DoubleSummaryStatistics means(List<ArmReport> arms, double from) {
        return arms.stream()
                .flatMap(arm -> BakeoffPlot.finite(arm, set).stream())
                .filter(point -> point.at(unit) >= from)
                .mapToDouble(this::mean)
                .summaryStatistics();
    }

    private void noteWhatIsCut(Svg svg, double highest, Axis vertical) {
        if (highest > vertical.high()) {
            String text = "not shown: up to " + decimal(highest, 2);
            svg.text(
                    "text",
                    text,
                    "x",
                    Svg.number(right),
                    "y",
                    Svg.number(top - 12),
                    "text-anchor",
                    "end",
                    "font-size",
                    Svg.number(TEXT_SIZE),
                    "fill",
                    ArmStyle.QUIET);
        }
    }

    private void grid(Svg svg, Axis horizontal, Axis vertical) {
        svg.open("g", "font-size", Svg.number(TEXT_SIZE), "fill", ArmStyle.QUIET);
        for (double value : vertical.ticks(TICKS)) {
            double y = vertical.place(value);
            svg.line(left, y, right, y, "stroke", GRID);
            label(svg, decimal(value, vertical.decimals(TICKS)), left - 8, y + TEXT_SIZE / 3, "end");
        }
        for (double value : horizontal.ticks(TICKS)) {
            double x = horizontal.place(value);
            svg.line(x, bottom, x, bottom + 5, "stroke", ArmStyle.QUIET);
            label(svg, count(value), x, bottom + 19, "middle");
        }
        svg.line(left, bottom, right, bottom, "stroke", ArmStyle.QUIET);
        svg.line(left, top, left, bottom, "stroke", ArmStyle.QUIET);
        label(svg, unit.label() + " trained on", (left + right) / 2, bottom + 39, "middle");
        double middle = (top + bottom) / 2;
        double outside = left - LEFT + TEXT_SIZE;
        svg.text(
                "text",
                "bits per byte",
                "x",
                Svg.number(outside),
                "y",
                Svg.number(middle),
                "text-anchor",
                "middle",
                "transform",
                "rotate(-90 " + Svg.number(outside) + " " + Svg.number(middle) + ")");
        svg.close("g");
    }

    private void band(Svg svg, ArmReport arm, ArmStyle style, Axis horizontal, Axis vertical) {
        List<CurvePoint> points = BakeoffPlot.finite(arm, set);
        List<double[]> outline = new ArrayList<>();
        for (CurvePoint point : points) {
            outline.add(edge(point, 1, horizontal, vertical));
        }
        for (int i = points.size() - 1; i >= 0; i--) {
            outline.add(edge(points.get(i), -1, horizontal, vertical));
        }
        svg.element(
                "polygon",
                "class",
                "band",
                "data-arm",
                arm.name(),
                "points",
                Svg.points(outline),
                "fill",
                style.colour(),
                "fill-opacity",
                BAND_OPACITY);
    }

    private double[] edge(CurvePoint point, int side, Axis horizontal, Axis vertical) {
        double width = spread(point).standardDeviation();
        // Far outside is as good as infinitely far, and every renderer can draw it.
        double most = vertical.high() - vertical.low();
        double value = mean(point) + side * (Double.isFinite(width) ? Math.min(width, most) : most);
        return new double[] {horizontal.place(point.at(unit)), vertical.place(value)};
    }

    private void curve(Svg svg, ArmReport arm, ArmStyle style, Axis horizontal, Axis vertical) {
        List<double[]> places = BakeoffPlot.finite(arm, set).stream()
                .map(point -> new double[] {horizontal.place(point.at(unit)), vertical.place(mean(point))})
                .toList();
        svg.element(
                "polyline",
                "class",
                "curve",
                "data-arm",
                arm.name(),
                "points",
                Svg.points(places),
                "fill",
                "none",
                "stroke",
                style.colour(),
                "stroke-width",
                ArmStyle.STROKE,
                "stroke-dasharray",
                style.dashes(),
                "stroke-linejoin",
                "round");
    }

    private double mean(CurvePoint point) {
        return spread(point).mean();
    }

    private SeedSpread spread(CurvePoint point) {
        Map<String, SeedSpread> spreads = point.bitsPerByte();
        return spreads.getOrDefault(set, new SeedSpread(Double.NaN, 0, 0));
    }

    private static void label(Svg svg, String text, double x, double y, String anchor) {
        svg.text("text", text, "x", Svg.number(x), "y", Svg.number(y), "text-anchor", anchor);
    }

    /** {@code 500}, {@code 20k}, {@code 1.5M}. */
    private static String count(double value) {
        if (value >= 1e6) {
            return decimal(value / 1e6, value % 1e6 == 0 ? 0 : 1) + "M";
        }
        return value >= 1e3 ? decimal(value / 1e3, value % 1e3 == 0 ? 0 : 1) + "k" : decimal(value, 0);
    }

    static String decimal(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
