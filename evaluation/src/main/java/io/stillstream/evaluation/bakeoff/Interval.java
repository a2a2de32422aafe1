package io.stillstream.evaluation.bakeoff;

/**
 * An estimate and the range in which it would lie in 95 of 100 repetitions.
 *
 * @param mean the estimate
 */
public record Interval(double mean, double low, double high) {

    public static final double CONFIDENCE = 0.95;

    /** Whether the sign of the estimate is more than chance. */
    public boolean excludesZero() {
        return low > 0 || high < 0;
    }
}
