package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class StudentTTest {

    @Test
    void quantileAbove_isThatOfTheTables() {
        assertThat(new StudentT(1).quantileAbove(0.05)).isCloseTo(6.313751514675, within(1e-9));
        assertThat(new StudentT(9).quantileAbove(0.05)).isCloseTo(1.833112932653, within(1e-9));
        assertThat(new StudentT(29).quantileAbove(0.025)).isCloseTo(2.045229642132, within(1e-9));
        assertThat(new StudentT(1_000_000).quantileAbove(0.025)).isCloseTo(1.959966, within(1e-5));
    }

    @Test
    void above_isSymmetric_andUndoesTheQuantile() {
        StudentT t = new StudentT(4.5);
        assertThat(t.above(0)).isCloseTo(0.5, within(1e-14));
        assertThat(t.above(1.3) + t.above(-1.3)).isCloseTo(1, within(1e-14));
        assertThat(t.above(t.quantileAbove(0.9))).isCloseTo(0.9, within(1e-12));
        assertThat(t.above(Double.NaN)).isNaN();
    }
}
