package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HolmTest {

    @Test
    void adjusted_multipliesTheSmallestByAll_andKeepsTheirOrder() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        assertThat(Holm.adjusted(0.01, 0.04, 0.03, 0.005))
                .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
        assertThat(Holm.adjusted()).isEmpty();
        assertThat(Holm.adjusted(0.9, 0.8)).containsExactly(1, 1);
    }

    @Test
    void adjusted_rejectsATrueHypothesisInNoMoreThanTheLevel() {
        SplittableRandom random = new SplittableRandom(1);
        int wrong = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            double[] p = random.doubles(10).toArray();
            wrong += Arrays.stream(Holm.adjusted(p)).anyMatch(one -> one <= 0.05) ? 1 : 0;
        }
        assertThat(wrong / 20_000.0).isBetween(0.04, 0.055);
    }

    @Test
    void adjusted_refusesWhatIsNoPValue() {
        assertThatThrownBy(() -> Holm.adjusted(0.1, Double.NaN)).hasMessageContaining("NaN; expected from 0 to 1");
    }
}
