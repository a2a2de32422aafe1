package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MediansTest {

    @Test
    void of_oddCount_isTheMiddleOne() {
        assertThat(Medians.of(5, 1, 30)).isEqualTo(5);
    }

    @Test
    void of_evenCount_isBetweenTheTwoInTheMiddle() {
        assertThat(Medians.of(4, 1, 30, 2)).isEqualTo(3);
    }

    @Test
    void of_values_leavesThemInTheirOrder() {
        double[] values = {3, 1, 2};
        assertThat(Medians.of(values)).isEqualTo(2);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void of_nothing_isRefused() {
        assertThatThrownBy(Medians::of).isInstanceOf(IllegalArgumentException.class);
    }
}
