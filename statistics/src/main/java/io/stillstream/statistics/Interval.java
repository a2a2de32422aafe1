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

    /**
     * The figure less another's that was found apart from it. Where each interval holds with a confidence of 1 − α/2, this one
     * does with 1 − α, at every look where they are confidence sequences (the union bound).
     */
    public Interval minus(Interval other) {
        return new Interval(value - other.value, low - other.high, high - other.low);
    }
}
