package io.stillstream.statistics;

import java.util.Arrays;

/** A figure of many draws of the same records: intervals of any level come from one lot of draws. */
public final class BootstrapDraws {

    private final double value;
    private final double[] sorted;

    /**
     * @param value the figure of the records as they are
     * @param drawn the figure of each draw; those that are NaN are left out
     */
    BootstrapDraws(double value, double[] drawn) {
        this.value = value;
        this.sorted = Arrays.stream(drawn)
                .filter(figure -> !Double.isNaN(figure))
                .sorted()
                .toArray();
    }

    /**
     * The figure with its percentile interval.
     *
     * @param confidence the share of draws that lie within it, between 0 and 1
     */
    public Interval interval(double confidence) {
        double outside = (1 - confidence) / 2;
        return new Interval(value, percentile(outside), percentile(1 - outside));
    }

    /** Between two of the sorted figures, a share of the way from one to the other. */
    private double percentile(double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
