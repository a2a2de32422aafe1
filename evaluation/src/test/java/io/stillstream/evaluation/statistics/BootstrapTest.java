package io.stillstream.evaluation.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.statistics.Bootstrap.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;
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

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }
}
