package io.stillstream.statistics;

/**
 * A confidence sequence for a proportion, such as of requests that fail: its intervals hold all at once, at every number of
 * trials.
 *
 * <p>Robbins' mixture (1970, Statistical methods related to the law of the iterated logarithm; Howard et al. 2021,
 * Time-uniform, nonparametric, nonasymptotic confidence sequences). After s successes and f failures, with the mixing
 * distribution Beta(1/2, 1/2), a proportion p is in the interval as long as
 *
 * <pre>
 *   B(s + 1/2, f + 1/2) / B(1/2, 1/2) &lt; p^s (1 − p)^f / α
 * </pre>
 *
 * <p>The left side over p^s (1 − p)^f is a martingale where p is the proportion: by Ville's inequality it ever reaches 1/α
 * with a chance of at most α. For one thread.
 */
public final class ProportionSequence {

    private static final double PRIOR = 0.5;

    private final double logAlpha;
    private long hits;
    private long count;

    /** @param confidence between 0 and 1, of all intervals at once */
    public ProportionSequence(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("the confidence is " + confidence + "; expected between 0 and 1");
        }
        this.logAlpha = Math.log(1 - confidence);
    }

    /** @param hit whether it is one of those whose proportion is asked for */
    public void add(boolean hit) {
        count++;
        hits += hit ? 1 : 0;
    }

    public long count() {
        return count;
    }

    /** The proportion so far, NaN before the first trial, and the bounds of what it estimates. */
    public Interval interval() {
        if (count == 0) {
            return new Interval(Double.NaN, 0, 1);
        }
        double share = (double) hits / count;
        double leastLikelihood = logBeta(hits + PRIOR, count - hits + PRIOR) - logBeta(PRIOR, PRIOR) + logAlpha;
        return new Interval(share, bound(share, 0, leastLikelihood), bound(share, 1, leastLikelihood));
    }

    /** The last proportion on the way from the share to the end that is still in. */
    private double bound(double share, double end, double leastLikelihood) {
        if (isIn(end, leastLikelihood)) {
            return end;
        }
        double in = share;
        double out = end;
        for (double p = (in + out) / 2; p != in && p != out; p = (in + out) / 2) {
            if (isIn(p, leastLikelihood)) {
                in = p;
            } else {
                out = p;
            }
        }
        return out;
    }

    private boolean isIn(double p, double leastLikelihood) {
        return times(hits, Math.log(p)) + times(count - hits, Math.log1p(-p)) > leastLikelihood;
    }

    /** Where 0 times minus infinity is 0. */
    private static double times(long times, double logarithm) {
        return times == 0 ? 0 : times * logarithm;
    }

    private static double logBeta(double a, double b) {
        return LogGamma.of(a) + LogGamma.of(b) - LogGamma.of(a + b);
    }
}
