package io.stillstream.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.InvalidSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScorerConfigTest {

    private static final Duration LINGER = Duration.ofMillis(200);
    private static final Duration WORST_BATCH = Duration.ofSeconds(20);

    @Test
    void defaults_areValid() {
        assertThat(ScorerConfig.defaults().maxBatchTokens()).isEqualTo(4096);
    }

    @Test
    void construction_outOfRange_saysWhatWasFoundAndExpected() {
        assertThatThrownBy(() -> config(0, LINGER, WORST_BATCH))
                .hasMessage("max-batch-tokens is 0; expected 1 or more");
        assertThatThrownBy(() -> config(1, Duration.ZERO, WORST_BATCH))
                .hasMessage("linger is 0s; expected 1ms to 1440m");
        assertThatThrownBy(() -> config(1, LINGER, Duration.ofMinutes(6)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("worst-batch is 6m; expected 1ms to 5m");
    }

    private static ScorerConfig config(int maxBatchTokens, Duration linger, Duration worstBatch) {
        return new ScorerConfig(
                "scorer",
                1,
                maxBatchTokens,
                32,
                linger,
                worstBatch,
                Duration.ofSeconds(45),
                10,
                2,
                4096,
                1 << 20,
                -1,
                List.of(),
                Path.of("state"));
    }
}
