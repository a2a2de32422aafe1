package io.stillstream.evaluation.bakeoff.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SeedSpreadTest {

    @Test
    void of_threeSeeds_isStudentsInterval() {
        SeedSpread spread = SeedSpread.of(1, 2, 3);

        assertThat(spread.mean()).isEqualTo(2);
        assertThat(spread.standardDeviation()).isEqualTo(1);
        // t(2) = 4.303, over √3.
        assertThat(spread.halfWidth()).isCloseTo(2.4843, within(1e-3));
    }

    @Test
    void of_oneSeed_hasNoWidth() {
        assertThat(SeedSpread.of(1.5)).isEqualTo(new SeedSpread(1.5, 0, 0));
    }

    @Test
    void of_moreSeedsThanTheTable_isNearlyNormal() {
        double[] values = new double[100];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2;
        }

        assertThat(SeedSpread.of(values).halfWidth()).isCloseTo(1.96 * 0.5 / 10, within(1e-3));
    }
}
