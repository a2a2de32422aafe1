package io.stillstream.bench.loss;

/**
 * One row of the benchmark: ours beside the baseline on the same numbers.
 *
 * @param milliseconds median of one forward and backward pass
 * @param baselineMilliseconds the same of the baseline; NaN where there is none
 */
public record LossTiming(
        String loss, String baseline, int positions, int vocabulary, double milliseconds, double baselineMilliseconds) {

    /** How many times the baseline's time is ours. */
    public double speedup() {
        return baselineMilliseconds / milliseconds;
    }
}
