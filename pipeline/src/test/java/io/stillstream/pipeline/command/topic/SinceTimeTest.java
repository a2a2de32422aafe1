package io.stillstream.pipeline.command.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class SinceTimeTest {

    private final SinceTime converter =
            new SinceTime(Clock.fixed(Instant.parse("2026-11-26T19:00:00Z"), ZoneOffset.UTC));

    @Test
    void convert_durationOrTime_isAnInstant() {
        assertThat(converter.convert("2h")).isEqualTo("2026-11-26T17:00:00Z");
        assertThat(converter.convert("2026-11-26T20:00:00+02:00")).isEqualTo("2026-11-26T18:00:00Z");
    }

    @Test
    void convert_anythingElse_saysWhatIsExpected() {
        assertThatThrownBy(() -> converter.convert("yesterday"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'yesterday' is no time")
                .hasMessageContaining("2026-11-26T19:00:00Z");
    }
}
