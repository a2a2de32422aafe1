package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PairedRatioTest {

    private static final int TRIALS = 4_000;

    @Test
    void of_isTheDifferenceOfTwoRatios_withTheVarianceOfClusterSums() {
        PairedRatio ratio = PairedRatio.of(
                new int[] {0, 0, 1},
                2,
                new double[] {3, 1, 4},
                new double[] {1, 1, 2},
                new double[] {2, 2, 2},
                new double[] {1, 1, 2});

        assertThat(ratio.value()).isCloseTo(8 / 4.0 - 6 / 4.0, within(1e-12));
        // u_0 = (4 − 2·2)/4 − (4 − 1.5·2)/4 = −1/4, u_1 = −u_0; variance 2/1 · 2/16
        assertThat(ratio.standardError()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void pNotBelow_ofRecordsInClusters_keepsItsLevelWithFewClusters() {
        assertThat(levelReached(10, true)).isLessThan(0.065);
        assertThat(levelReached(30, true)).isBetween(0.04, 0.062);
    }

    @Test
    void pNotBelow_ofTheSameRecordsTakenAsIndependent_doesNot() {
        assertThat(levelReached(30, false)).isGreaterThan(0.15);
    }

    @Test
    void pNotBelow_ofEqualClusters_isCertain_andOfOneIsNone() {
        double[] one = {1, 1};
        PairedRatio equal = PairedRatio.of(new int[] {0, 1}, 2, one, one, one, one);
        assertThat(equal.pNotBelow(0.01)).isZero();
        assertThat(equal.pNotBelow(-0.01)).isOne();
        assertThat(equal.upperBound(0.95)).isZero();
        assertThat(PairedRatio.of(new int[] {0, 0}, 1, one, one, one, one).pNotBelow(1))
                .isNaN();
    }

    /** How often a student that is worse by exactly the margin passes at 5%: 8 records a cluster, uneven weights. */
    private static double levelReached(int clusters, boolean clustered) {
        Random random = new Random(7);
        int records = clusters * 8;
        int[] cluster = IntStream.range(0, records).map(i -> i / 8).toArray();
        int[] alone = IntStream.range(0, records).toArray();
        int passes = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            double[] weights = new double[records];
            double[] student = new double[records];
            double[] baseline = new double[records];
            double shared = 0;
            double hard = 0;
            for (int i = 0; i < records; i++) {
                if (i % 8 == 0) {
                    shared = random.nextGaussian() * 0.1;
                    hard = random.nextGaussian() * 0.5;
                }
                weights[i] = 50 + random.nextInt(100);
                baseline[i] = weights[i] * (2 + hard + random.nextGaussian() * 0.1);
                student[i] = baseline[i] + weights[i] * (0.02 + shared + random.nextGaussian() * 0.1);
            }
            PairedRatio ratio = clustered
                    ? PairedRatio.of(cluster, clusters, student, weights, baseline, weights)
                    : PairedRatio.of(alone, records, student, weights, baseline, weights);
            passes += ratio.pNotBelow(0.02) <= 0.05 ? 1 : 0;
        }
        return (double) passes / TRIALS;
    }

    @Test
    void upperBound_isWhereThePValueIsWhatIsLeft() {
        double[] student = {1, 2, 3, 2};
        double[] ones = new double[4];
        Arrays.fill(ones, 1);
        PairedRatio ratio = PairedRatio.of(new int[] {0, 1, 2, 3}, 4, student, ones, ones, ones);
        assertThat(ratio.pNotBelow(ratio.upperBound(0.95))).isCloseTo(0.05, within(1e-9));
    }
}
