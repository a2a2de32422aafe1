package io.stillstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class BonferroniTest {

    @Test
    void confidence_fiveComparisons_isAFifthOfTheError() {
        assertThat(new Bonferroni(5).confidence(0.95)).isCloseTo(0.99, within(1e-12));
    }

    @Test
    void confidence_oneComparisonOrNone_isTheFamilys() {
        assertThat(new Bonferroni(1).confidence(0.95)).isCloseTo(0.95, within(1e-12));
        assertThat(new Bonferroni(0).confidence(0.95)).isCloseTo(0.95, within(1e-12));
    }

    @Test
    void ofBaselines_countsEachPairOnce() {
        assertThat(Bonferroni.ofBaselines(1, 1).comparisons()).isZero();
        assertThat(Bonferroni.ofBaselines(6, 1).comparisons()).isEqualTo(5);
        // Of six arms A to F: A with five others, B with the four that are left.
        assertThat(Bonferroni.ofBaselines(6, 2).comparisons()).isEqualTo(9);
        assertThat(Bonferroni.ofBaselines(3, 3).comparisons()).isEqualTo(3);
    }

    @Test
    void comparisons_fewerThanNone_areRefused() {
        assertThatThrownBy(() -> new Bonferroni(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }
}
