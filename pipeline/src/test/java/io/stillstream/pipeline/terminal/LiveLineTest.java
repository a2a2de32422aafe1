package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.monitoring.Progress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class LiveLineTest {

    @Test
    void format_betweenTwoReadings_showsRatesAndLevels() {
        Progress before = new Progress(100, 0, 80, 1_000, 0, 500, 3, 0, Map.of(), Map.of(), Double.NaN, Double.NaN);
        Progress now = new Progress(
                150,
                4,
                120,
                6_000,
                0,
                4_500,
                9,
                2,
                new TreeMap<>(Map.of("prompts", 1_200L, "teacher-targets", 7L)),
                new TreeMap<>(Map.of("cross_entropy", 2.5, "total", 3.25)),
                1.25,
                0.5);
        assertThat(LiveLine.format(now, before, Duration.ofSeconds(2), Duration.ofSeconds(83)))
                .isEqualTo(
                        "1:23 | prompts 25.0/s | scored 2,500 tok/s | trained 2,000 tok/s | lag prompts 1,200, teacher-targets 7 | step 9"
                                + " | held-out 1.250 bits/byte | CE 2.50 total 3.25 | dead letters 2");
    }

    @Test
    void format_beforeAnything_hasNoHeldOutLoss() {
        Progress nothing = new Progress(0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), Double.NaN, Double.NaN);
        assertThat(LiveLine.format(nothing, nothing, Duration.ZERO, Duration.ZERO))
                .isEqualTo("0:00 | prompts 0.0/s | scored 0 tok/s | trained 0 tok/s | step 0");
    }

    @Test
    void cut_longerThanTheTerminal_fitsIt() {
        assertThat(LiveLine.cut("0123456789", 4)).isEqualTo("0123");
        assertThat(LiveLine.cut("0123", 4)).isEqualTo("0123");
    }
}
