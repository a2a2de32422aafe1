package io.stillstream.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How far a figure could be another one had other records of the same kind been evaluated: percentile intervals from
 * drawing records with replacement (Efron 1979). Where a student was trained with several seeds, seeds are drawn too, once
 * for all records of a draw, and records once for all of its seeds: every seed is measured on the same records, and records
 * of its own for each would make their luck look averaged out when it is not. With S seeds the bootstrap sees (S − 1) / S
 * of the variance between seeds; with one seed, none.
 *
 * <p>A bound is the percentile between two draws, interpolated. The draws are a function of the seed and of how many records
 * there are. Two students that were evaluated on the same records are thus drawn the same ones, and what makes a record hard
 * for both cancels in their difference.
 *
 * <p>Records that hang together, as the turns of one conversation do, are drawn together: their sums are then one record
 * here (the cluster bootstrap, Davison and Hinkley 1997, section 3.8).
 */
public final class Bootstrap {

    /** Enough that a bound of a 95% interval is known to some 3% of the figure's standard error. */
    public static final int USUAL_RESAMPLES = 10_000;

    public static final double USUAL_CONFIDENCE = 0.95;

    /**
     * A bound that n of the draws lie beyond, at the normal's quantile z, is known to about 1 / (z √n) of the figure's
     * standard error: 3 to 4% for a hundred, at any level from 95% on.
     */
    private static final int DRAWS_BEYOND_A_BOUND = 100;

    private final int resamples;
    private final double confidence;
    private final long seed;

    /** A figure over records of which each counts as often as it was drawn. */
    @FunctionalInterface
    public interface Statistic {

        /**
         * @param counts for each record, how often it was drawn; not to be written to or kept
         * @return NaN where these records have no such figure; the draw is then left out
         */
        double of(int[] counts);
    }

    /** A figure over seeds and the records that all of them were measured on. */
    @FunctionalInterface
    public interface SeededStatistic {

        /**
         * @param seedCounts for each seed, how often it was drawn; not to be written to or kept
         * @param recordCounts likewise for each record
         * @return NaN where these have no such figure; the draw is then left out
         */
        double of(int[] seedCounts, int[] recordCounts);
    }

    /** With the usual resamples and confidence, and the seed 0. */
    public static Bootstrap usual() {
        return new Bootstrap(USUAL_RESAMPLES, USUAL_CONFIDENCE, 0);
    }

    /** With the seed 0 and as many resamples as the bounds of an interval of this confidence take; never fewer than usual. */
    public static Bootstrap upTo(double confidence) {
        double beyondABound = (1 - confidence) / 2;
        int resamples = (int) Math.max(USUAL_RESAMPLES, Math.ceil(DRAWS_BEYOND_A_BOUND / beyondABound));
        return new Bootstrap(resamples, confidence, 0);
    }

    /**
     * @param resamples how often as many records as there are are drawn; at least 1
     * @param confidence between 0 and 1, the share of resamples that lie within an interval: usually 0.95
     * @throws IllegalArgumentException when one of them is out of its range
     */
    public Bootstrap(int resamples, double confidence, long seed) {
        if (resamples < 1) {
            throw new IllegalArgumentException("there are " + resamples + " resamples; expected at least 1");
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("the confidence is " + confidence + "; expected between 0 and 1");
        }
        this.resamples = resamples;
        this.confidence = confidence;
        this.seed = seed;
    }

    /** How often records are drawn. */
    public int resamples() {
        return resamples;
    }

    /**
     * Of the sum of numerators over the sum of denominators, as bits per byte are; with denominators of 1, of a mean.
     *
     * @param numerators one a record
     * @param denominators one a record, none negative; a record of 0 has no weight
     */
    public Interval ratio(double[] numerators, double[] denominators) {
        return of(numerators.length, ratioOf(numerators, denominators));
    }

    /** Of such a ratio less the baseline's over the same records, in the same order. */
    public Interval difference(
            double[] numerators, double[] denominators, double[] baselineNumerators, double[] baselineDenominators) {
        requireSameLength(numerators, baselineNumerators);
        return difference(
                numerators.length,
                ratioOf(numerators, denominators),
                ratioOf(baselineNumerators, baselineDenominators));
    }

    /** Of a figure over so many records less the baseline's over the same ones. */
    public Interval difference(int records, Statistic statistic, Statistic baseline) {
        return of(records, counts -> statistic.of(counts) - baseline.of(counts));
    }

    /** Of any figure over so many records. */
    public Interval of(int records, Statistic statistic) {
        return of(1, records, (seeds, counts) -> statistic.of(counts));
    }

    /** Of any figure over so many seeds, each measured on the same so many records. */
    public Interval of(int seeds, int records, SeededStatistic statistic) {
        return draws(seeds, records, statistic).interval(confidence);
    }

    /** What {@link #of(int, int, SeededStatistic)} takes its interval from, for intervals of several levels. */
    public BootstrapDraws draws(int seeds, int records, SeededStatistic statistic) {
        int[] seedCounts = new int[seeds];
        int[] recordCounts = new int[records];
        Arrays.fill(seedCounts, 1);
        Arrays.fill(recordCounts, 1);
        double value = statistic.of(seedCounts, recordCounts);
        if (Double.isNaN(value) || seeds == 0 || records == 0) {
            return new BootstrapDraws(value, new double[0]);
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn = new double[resamples];
        for (int i = 0; i < resamples; i++) {
            if (seeds > 1) {
                draw(seedCounts, random);
            }
            draw(recordCounts, random);
            drawn[i] = statistic.of(seedCounts, recordCounts);
        }
        return new BootstrapDraws(value, drawn);
    }

    /** As many as there are, with replacement. */
    private static void draw(int[] counts, SplittableRandom random) {
        Arrays.fill(counts, 0);
        for (int i = 0; i < counts.length; i++) {
            counts[random.nextInt(counts.length)]++;
        }
    }

    /**
     * The sum of numerators over the sum of denominators, of the records drawn. Takes the arrays as its own.
     *
     * @param numerators one a record
     * @param denominators one a record
     */
    public static Statistic ratioOf(double[] numerators, double[] denominators) {
        requireSameLength(numerators, denominators);
        return counts -> {
            double numerator = 0;
            double denominator = 0;
            for (int i = 0; i < counts.length; i++) {
                numerator += counts[i] * numerators[i];
                denominator += counts[i] * denominators[i];
            }
            return numerator / denominator;
        };
    }

    private static void requireSameLength(double[] left, double[] right) {
        if (left.length != right.length) {
            throw new IllegalArgumentException("there are figures of " + left.length + " and of " + right.length
                    + " records; expected one of each for every record");
        }
    }
}
