package io.stillstream.statistics;

/**
 * A figure with its confidence interval. Where the figure is no number its bounds are none either.
 *
 * @param value of the records as they are
 */
public record Interval(double value, double low, double high) {

    /** Whether the interval lies on one side of zero: of a difference, that it is more than chance. */
    public boolean excludesZero() {
        return low > 0 || high < 0;
    }
}
