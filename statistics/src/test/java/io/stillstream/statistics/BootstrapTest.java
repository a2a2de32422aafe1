package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BootstrapTest {

    private static final Bootstrap BOOTSTRAP = new Bootstrap(1000, 0.95, 1);

    @Test
    void ratio_recordsOfOneWeight_isTheirMeanWithTheIntervalOfTheNormal() {
        int n = 400;
        double[] values = new SplittableRandom(3)
                .doubles(n, 0, 1)
                .map(u -> u < 0.5 ? 0 : 1)
                .toArray();
        double mean = Arrays.stream(values).average().orElseThrow();

        Interval interval = BOOTSTRAP.ratio(values, ones(n));

        double deviation = Math.sqrt(mean * (1 - mean) / n);
        assertThat(interval.value()).isEqualTo(mean);
        // 1000 resamples know the 2.5th percentile to about a tenth of a deviation.
        assertThat(interval.low()).isCloseTo(mean - 1.96 * deviation, within(0.25 * deviation));
        assertThat(interval.high()).isCloseTo(mean + 1.96 * deviation, within(0.25 * deviation));
    }

    @Test
    void ratio_unlikeWeights_isOfTheSums() {
        Interval interval = BOOTSTRAP.ratio(new double[] {10, 1}, new double[] {2, 8});

        assertThat(interval.value()).isEqualTo(1.1);
        // Of two records both, or twice one of them: a quarter of the draws is 5, another is 1/8.
        assertThat(interval.low()).isEqualTo(0.125);
        assertThat(interval.high()).isEqualTo(5);
    }

    @Test
    void ratio_oneRecord_leavesNothingToDraw() {
        assertThat(BOOTSTRAP.ratio(new double[] {3}, new double[] {4})).isEqualTo(new Interval(0.75, 0.75, 0.75));
    }

    @Test
    void ratio_recordWithoutWeight_leavesOutTheDrawsThatHaveNoOther() {
        assertThat(BOOTSTRAP.ratio(new double[] {0, 3}, new double[] {0, 4})).isEqualTo(new Interval(0.75, 0.75, 0.75));
    }

    @Test
    void ratio_noRecords_isNothing() {
        assertThat(BOOTSTRAP.ratio(new double[0], new double[0]))
                .isEqualTo(new Interval(Double.NaN, Double.NaN, Double.NaN));
    }

    @Test
    void difference_constantAdvantage_isCertainHoweverMuchRecordsVary() {
        double[] baseline = new SplittableRandom(4).doubles(50, 0, 100).toArray();
        double[] better = Arrays.stream(baseline).map(value -> value - 2).toArray();

        Interval interval = BOOTSTRAP.difference(better, ones(50), baseline, ones(50));

        assertThat(interval.value()).isCloseTo(-2, within(1e-9));
        assertThat(interval.low()).isCloseTo(-2, within(1e-9));
        assertThat(interval.high()).isCloseTo(-2, within(1e-9));
        assertThat(interval.excludesZero()).isTrue();
        assertThat(BOOTSTRAP.ratio(baseline, ones(50)).low())
                .isLessThan(BOOTSTRAP.ratio(baseline, ones(50)).value() - 5);
    }

    @Test
    void ratio_seed_decidesTheDraws() {
        double[] values = new SplittableRandom(5).doubles(20).toArray();

        Interval interval = BOOTSTRAP.ratio(values, ones(20));

        assertThat(new Bootstrap(1000, 0.95, 1).ratio(values, ones(20))).isEqualTo(interval);
        assertThat(new Bootstrap(1000, 0.95, 2).ratio(values, ones(20))).isNotEqualTo(interval);
    }

    @Test
    void ratio_otherLengths_namesThem() {
        assertThatThrownBy(() -> BOOTSTRAP.ratio(ones(2), ones(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 and of 3");
    }

    @Test
    void of_oneSeedOfThreeIsApart_isTheQuantilesOfTheBinomial() {
        // Of three seeds with 0, 0 and 3 the mean of a draw is how often the last was drawn, Bin(3, 1/3): it is 0 in 8
        // of 27
        // draws, and 3 in 1 of 27, which is 3.7%: 3 is beyond a 90% interval's bound and within a 95% interval's.
        double[] bySeed = {0, 0, 3};
        Bootstrap.SeededStatistic mean = (seeds, records) ->
                (seeds[0] * bySeed[0] + seeds[1] * bySeed[1] + seeds[2] * bySeed[2]) / bySeed.length;

        assertThat(Bootstrap.usual().of(3, 5, mean)).isEqualTo(new Interval(1, 0, 3));
        assertThat(new Bootstrap(10_000, 0.9, 1).of(3, 5, mean)).isEqualTo(new Interval(1, 0, 2));
    }

    @Test
    void of_seedsAndRecords_addTheirVariances() {
        int seeds = 40;
        int records = 60;
        double[] ofSeed = gaussians(seeds, 11);
        double[] ofRecord = gaussians(records, 12);

        Interval interval = Bootstrap.usual()
                .of(
                        seeds,
                        records,
                        (seedCounts, recordCounts) -> mean(seedCounts, ofSeed) + mean(recordCounts, ofRecord));

        double deviation = Math.sqrt(variance(ofSeed) / seeds + variance(ofRecord) / records);
        assertThat(interval.low()).isCloseTo(interval.value() - 1.96 * deviation, within(0.1 * deviation));
        assertThat(interval.high()).isCloseTo(interval.value() + 1.96 * deviation, within(0.1 * deviation));
    }

    @Test
    void of_figureThatIsNoNumber_hasNoBounds() {
        // Half of the draws have a figure; bounds of those alone would look like a sure result.
        Interval interval = BOOTSTRAP.of(2, counts -> counts[1] == 0 ? 1 : Double.NaN);

        assertThat(interval).isEqualTo(new Interval(Double.NaN, Double.NaN, Double.NaN));
    }

    @Test
    void ratio_threeDraws_interpolatesBetweenThem() {
        // The draws of one record each: the bounds of a 50% interval lie halfway between the sorted draws.
        Bootstrap three = new Bootstrap(3, 0.5, 0);
        int[] draws = {0};
        double[] figures = {8, 0, 4, 2};

        Interval interval = three.of(1, counts -> figures[draws[0]++]);

        assertThat(interval).isEqualTo(new Interval(8, 1, 3));
    }

    @Test
    void draws_higherConfidence_isTheWiderIntervalOfTheSameDraws() {
        int records = 200;
        double[] values = gaussians(records, 13);
        Bootstrap bootstrap = Bootstrap.upTo(0.998);

        BootstrapDraws draws = bootstrap.draws(1, records, (seeds, counts) -> mean(counts, values));

        double deviation = Math.sqrt(variance(values) / records);
        Interval nominal = draws.interval(0.95);
        Interval corrected = draws.interval(0.998);
        assertThat(nominal.low()).isCloseTo(nominal.value() - 1.96 * deviation, within(0.1 * deviation));
        assertThat(corrected.low()).isCloseTo(corrected.value() - 3.09 * deviation, within(0.15 * deviation));
        assertThat(corrected.high()).isCloseTo(corrected.value() + 3.09 * deviation, within(0.15 * deviation));
    }

    @Test
    void upTo_highConfidence_drawsAHundredBeyondABound() {
        assertThat(Bootstrap.upTo(0.95).resamples()).isEqualTo(Bootstrap.USUAL_RESAMPLES);
        // 99.8% leaves 0.1% beyond either bound.
        assertThat(Bootstrap.upTo(0.998).resamples()).isBetween(100_000, 100_001);
    }

    private static double[] gaussians(int n, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, n).mapToDouble(i -> random.nextGaussian()).toArray();
    }

    private static double mean(int[] counts, double[] values) {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i] * values[i];
        }
        return sum / counts.length;
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }
}
