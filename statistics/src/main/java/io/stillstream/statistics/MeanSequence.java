package io.stillstream.statistics;

/**
 * A confidence sequence for the mean of bounded values: its intervals hold all at once, at every number of values, with the
 * confidence asked for, so that one may look after each value and stop at any. The values need one conditional mean and
 * bounds, no distribution.
 *
 * <p>The predictable plug-in empirical-Bernstein sequence of Waudby-Smith and Ramdas (2024, Estimating means of bounded
 * random variables by betting, theorem 2). For values x_i in [0, 1],
 *
 * <pre>
 *   Σ λ_i x_i / Σ λ_i ± (log(2/α) + Σ (x_i − μ_{i−1})² (−log(1 − λ_i) − λ_i)) / Σ λ_i
 *   λ_t = min(1/2, √(2 log(2/α) / (σ²_{t−1} t log(1 + t))))
 *   μ_t = (1/2 + Σ x_i) / (t + 1),  σ²_t = (1/4 + Σ (x_i − μ_i)²) / (t + 1)
 * </pre>
 *
 * <p>The intervals are intersected with all before them, which costs no confidence. For one thread.
 */
public final class MeanSequence {

    private static final double MOST_BET = 0.5;

    private final double least;
    private final double most;
    private final double logTwoOverAlpha;
    private long count;
    private double sum;
    private double squares;
    private double bets;
    private double betValues;
    private double spent;
    private double low;
    private double high;

    /**
     * @param least of all values; a lower one counts as this
     * @param most of all values; a higher one counts as this: the mean is that of the clipped values
     * @param confidence between 0 and 1, of all intervals at once
     */
    public MeanSequence(double least, double most, double confidence) {
        if (!(least < most) || !(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a sequence from " + least + " to " + most + " of the confidence "
                    + confidence + "; expected a lower bound below the upper, and a confidence between 0 and 1");
        }
        this.least = least;
        this.most = most;
        this.logTwoOverAlpha = Math.log(2 / (1 - confidence));
        this.low = least;
        this.high = most;
    }

    /** @throws IllegalArgumentException for NaN */
    public void add(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("a value is NaN; expected from " + least + " to " + most);
        }
        double x = (Math.min(most, Math.max(least, value)) - least) / (most - least);
        double meanBefore = (0.5 + sum) / (count + 1);
        double varianceBefore = (0.25 + squares) / (count + 1);
        count++;
        double bet = Math.min(
                MOST_BET, Math.sqrt(2 * logTwoOverAlpha / (varianceBefore * count * Math.log1p((double) count))));
        bets += bet;
        betValues += bet * x;
        spent += (x - meanBefore) * (x - meanBefore) * (-Math.log1p(-bet) - bet);
        sum += x;
        double mean = (0.5 + sum) / (count + 1);
        squares += (x - mean) * (x - mean);
        double centre = betValues / bets;
        double radius = (logTwoOverAlpha + spent) / bets;
        low = Math.max(low, least + (most - least) * (centre - radius));
        high = Math.min(high, least + (most - least) * (centre + radius));
    }

    /** The mean of the values so far, NaN before the first, and the bounds of what it is the mean of. */
    public Interval interval() {
        return new Interval(count == 0 ? Double.NaN : least + (most - least) * sum / count, low, high);
    }

    public long count() {
        return count;
    }
}
