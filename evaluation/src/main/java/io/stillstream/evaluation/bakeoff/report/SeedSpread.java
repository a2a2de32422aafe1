package io.stillstream.evaluation.bakeoff.report;

/**
 * A mean over seeds and how far it may be off: Student's t, x̄ ± t(n − 1) · s / √n.
 *
 * @param mean x̄
 * @param standardDeviation s, of single seeds; 0 for one
 * @param halfWidth of the interval that holds the mean over all seeds with 95% confidence; 0 for one seed, which says
 *     nothing about others
 */
public record SeedSpread(double mean, double standardDeviation, double halfWidth) {

    /** The 97.5% quantiles of Student's t, by degrees of freedom from 1. */
    private static final double[] T_QUANTILES = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042
    };

    private static final double NORMAL_QUANTILE = 1.960;

    static SeedSpread of(double... bySeed) {
        double mean = mean(bySeed);
        int freedom = bySeed.length - 1;
        if (freedom == 0) {
            return new SeedSpread(mean, 0, 0);
        }
        double squares = 0;
        for (double value : bySeed) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(squares / freedom);
        double quantile = freedom <= T_QUANTILES.length ? T_QUANTILES[freedom - 1] : NORMAL_QUANTILE;
        return new SeedSpread(mean, deviation, quantile * deviation / Math.sqrt(bySeed.length));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
