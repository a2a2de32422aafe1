package io.stillstream.statistics;

/**
 * Whether one of two proportions, such as the failures of a candidate, is higher than the other, to be asked at any time and
 * as often as one likes: where it is not, it is ever called so with a chance of at most the level.
 *
 * <p>With s successes and f failures of each, the e-process is
 *
 * <pre>
 *   E = B(s₁ + 1/2, f₁ + 1/2) B(s₀ + 1/2, f₀ + 1/2) / (B(1/2, 1/2)² max_{p₁ ≤ p₀} p₁^s₁ (1 − p₁)^f₁ p₀^s₀ (1 − p₀)^f₀)
 * </pre>
 *
 * <p>Its numerator over the true proportions' likelihood is a martingale, and the maximum is no less than that likelihood as
 * long as p₁ ≤ p₀: so E ever reaches 1/α with a chance of at most α (Wasserman, Ramdas and Balakrishnan 2020, Universal
 * inference, section 7; Ville's inequality). It finds a difference with fewer trials than two {@link ProportionSequence}s that
 * no longer overlap. For one thread.
 */
public final class HigherProportion {

    private static final double PRIOR = 0.5;

    private long hits;
    private long misses;
    private long baselineHits;
    private long baselineMisses;

    /** @param hit whether this trial is one of those whose proportion is asked for, such as a failure */
    public void add(boolean hit) {
        if (hit) {
            hits++;
        } else {
            misses++;
        }
    }

    /** The same of what it is compared with. */
    public void addBaseline(boolean hit) {
        if (hit) {
            baselineHits++;
        } else {
            baselineMisses++;
        }
    }

    /** Whether it is higher, wrongly so with a chance of at most the level over all times this is asked. */
    public boolean isHigher(double level) {
        return logEvidence() >= -Math.log(level);
    }

    /** The natural logarithm of E; 0 or less where nothing speaks for its being higher. */
    public double logEvidence() {
        double mixture = logMixture(hits, misses) + logMixture(baselineHits, baselineMisses);
        boolean higher = (double) hits * (baselineHits + baselineMisses) > (double) baselineHits * (hits + misses);
        double most = higher
                ? logMost(hits + baselineHits, misses + baselineMisses)
                : logMost(hits, misses) + logMost(baselineHits, baselineMisses);
        return mixture - most;
    }

    private static double logMixture(long hits, long misses) {
        return logBeta(hits + PRIOR, misses + PRIOR) - logBeta(PRIOR, PRIOR);
    }

    /** The likelihood of the proportion that is most likely. */
    private static double logMost(long hits, long misses) {
        double count = (double) hits + misses;
        return (hits == 0 ? 0 : hits * Math.log(hits / count)) + (misses == 0 ? 0 : misses * Math.log(misses / count));
    }

    private static double logBeta(double a, double b) {
        return LogGamma.of(a) + LogGamma.of(b) - LogGamma.of(a + b);
    }
}
