package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Seeded simulations of sequences that are looked at again and again. */
final class ConfidenceSequenceTest {

    private static final int TRIALS = 2_000;
    private static final int LOOKS = 40;
    private static final int BETWEEN_LOOKS = 50;

    @Test
    void meanSequence_missesTheMeanAtAnyOf40Looks_noMoreOftenThanItMay() {
        SplittableRandom random = new SplittableRandom(3);
        int missed = 0;
        int naive = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            MeanSequence sequence = new MeanSequence(0, 4, 0.95);
            double sum = 0;
            double squares = 0;
            boolean out = false;
            boolean naiveOut = false;
            for (int i = 1; i <= LOOKS * BETWEEN_LOOKS; i++) {
                double value = 4 * random.nextDouble() * random.nextDouble();
                sequence.add(value);
                sum += value;
                squares += value * value;
                if (i % BETWEEN_LOOKS == 0) {
                    Interval interval = sequence.interval();
                    out |= interval.low() > 1 || interval.high() < 1;
                    double error = Math.sqrt((squares / i - sum / i * (sum / i)) / i);
                    naiveOut |= Math.abs(sum / i - 1) > 1.96 * error;
                }
            }
            missed += out ? 1 : 0;
            naive += naiveOut ? 1 : 0;
        }
        assertThat((double) missed / TRIALS).isLessThanOrEqualTo(0.05);
        assertThat((double) naive / TRIALS).as("an interval for one look").isGreaterThan(0.2);
    }

    @Test
    void meanSequence_narrowsDown() {
        SplittableRandom random = new SplittableRandom(4);
        MeanSequence sequence = new MeanSequence(0, 1, 0.95);
        random.doubles(20_000).forEach(sequence::add);
        assertThat(sequence.interval().low()).isBetween(0.48, 0.5);
        assertThat(sequence.interval().high()).isBetween(0.5, 0.52);
        assertThatThrownBy(() -> sequence.add(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void higherProportion_ofTheSameFailureRate_isFoundAtAnyOf40Looks_inNoMoreThanOnePercent() {
        assertThat(shareFound(0.02, 0.02, LOOKS, BETWEEN_LOOKS)).isLessThanOrEqualTo(0.01);
    }

    @Test
    void higherProportion_of10PercentBeside2_isFoundWithin600RequestsEach() {
        assertThat(shareFound(0.10, 0.02, 60, 10)).isGreaterThan(0.9);
    }

    @Test
    void proportionSequence_coversTheRate_andIsWideWithoutTrials() {
        assertThat(new ProportionSequence(0.95).interval().high()).isOne();
        SplittableRandom random = new SplittableRandom(5);
        int missed = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            ProportionSequence sequence = new ProportionSequence(0.9);
            boolean out = false;
            for (int i = 1; i <= 400; i++) {
                sequence.add(random.nextDouble() < 0.1);
                if (i % 10 == 0) {
                    out |= sequence.interval().low() > 0.1
                            || sequence.interval().high() < 0.1;
                }
            }
            missed += out ? 1 : 0;
        }
        assertThat((double) missed / TRIALS).isLessThanOrEqualTo(0.1);
    }

    /** Of trials with a candidate and a champion, in how many the candidate is found worse at any look, at the level 1%. */
    private static double shareFound(double candidateRate, double championRate, int looks, int between) {
        SplittableRandom random = new SplittableRandom(6);
        int found = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            HigherProportion failures = new HigherProportion();
            for (int look = 0; look < looks; look++) {
                for (int i = 0; i < between; i++) {
                    failures.add(random.nextDouble() < candidateRate);
                    failures.addBaseline(random.nextDouble() < championRate);
                }
                if (failures.isHigher(0.01)) {
                    found++;
                    break;
                }
            }
        }
        return (double) found / TRIALS;
    }
}
