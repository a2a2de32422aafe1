package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FittedLineTest {

    private static FittedLine line() {
        return new FittedLine()
                .add(0, "step 103", "103")
                .add(2, "held-out 1.188 bits/byte", "held-out 1.188")
                .add(1, "dead letters 1");
    }

    @Test
    void fit_enoughColumns_isTheLongestWording() {
        assertThat(line().fit(52)).isEqualTo("step 103 | held-out 1.188 bits/byte | dead letters 1");
        assertThat(line().whole()).isEqualTo(line().fit(52));
    }

    @Test
    void fit_fewerColumns_wordsTheLeastImportantMoreShortly() {
        assertThat(line().fit(51)).isEqualTo("step 103 | held-out 1.188 | dead letters 1");
    }

    @Test
    void fit_stillFewerColumns_leavesOutTheLeastImportant() {
        assertThat(line().fit(36)).isEqualTo("103 | dead letters 1");
        assertThat(line().fit(19)).isEqualTo("103");
        assertThat(line().fit(2)).isEqualTo("10");
    }
}
