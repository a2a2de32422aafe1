package io.stillstream.statistics;

/**
 * How much a ratio of sums, such as bits per byte, differs between two students that were measured on the same records, and
 * how sure that is where records hang together in clusters, as the turns of a conversation do.
 *
 * <p>With numerators x, denominators w and R = Σx / Σw of each student, a cluster g adds
 * u_g = Σ_{i in g} ((x_i − R w_i) / W − (x'_i − R' w'_i) / W') to the difference to first order; its variance is
 * G / (G − 1) Σ u_g², which is the linearised ratio estimator's over clusters drawn as wholes (Cochran 1977, Sampling
 * Techniques, sections 6.3 and 9A). The difference over its standard error is held against Student's t with G − 1 degrees
 * of freedom, because for few clusters the normal and the percentile bootstrap promise more than they keep.
 *
 * @param value the student's ratio less the baseline's
 * @param standardError NaN for fewer than two clusters
 * @param clusters how many there are
 */
public record PairedRatio(double value, double standardError, int clusters) {

    /**
     * @param cluster which one each record is in, numbered from 0
     * @param clusters how many there are
     * @param numerators of the student, one a record; all arrays have this length
     * @param denominators of the student
     * @param baselineNumerators of the baseline
     * @param baselineDenominators of the baseline
     */
    public static PairedRatio of(
            int[] cluster,
            int clusters,
            double[] numerators,
            double[] denominators,
            double[] baselineNumerators,
            double[] baselineDenominators) {
        requireLength(cluster.length, numerators, denominators, baselineNumerators, baselineDenominators);
        double weight = sum(denominators);
        double baselineWeight = sum(baselineDenominators);
        double ratio = sum(numerators) / weight;
        double baselineRatio = sum(baselineNumerators) / baselineWeight;
        double[] parts = new double[clusters];
        for (int i = 0; i < cluster.length; i++) {
            parts[cluster[i]] += (numerators[i] - ratio * denominators[i]) / weight
                    - (baselineNumerators[i] - baselineRatio * baselineDenominators[i]) / baselineWeight;
        }
        double squares = 0;
        for (double part : parts) {
            squares += part * part;
        }
        double variance = clusters < 2 ? Double.NaN : squares * clusters / (clusters - 1);
        return new PairedRatio(ratio - baselineRatio, Math.sqrt(variance), clusters);
    }

    /** The p-value of the hypothesis that the student's ratio is higher than the baseline's by this much or more. */
    public double pNotBelow(double difference) {
        return 1 - pNotAbove(difference);
    }

    /** The p-value of the hypothesis that the student's ratio is higher than the baseline's by no more than this. */
    public double pNotAbove(double difference) {
        double beyond = value - difference;
        if (standardError == 0) {
            // All clusters agree: where the difference is exactly the bound, nothing speaks for either side.
            return beyond == 0 ? 0.5 : beyond > 0 ? 0 : 1;
        }
        return clusters < 2 ? Double.NaN : new StudentT(clusters - 1).above(beyond / standardError);
    }

    /** The bound that the difference is below with this confidence, between 0 and 1; NaN for fewer than two clusters. */
    public double upperBound(double confidence) {
        return clusters < 2
                ? Double.NaN
                : value + standardError * new StudentT(clusters - 1).quantileAbove(1 - confidence);
    }

    private static double sum(double... values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static void requireLength(int records, double[]... figures) {
        for (double[] one : figures) {
            if (one.length != records) {
                throw new IllegalArgumentException("there are figures of " + one.length + " and clusters of " + records
                        + " records; expected as many");
            }
        }
    }
}
