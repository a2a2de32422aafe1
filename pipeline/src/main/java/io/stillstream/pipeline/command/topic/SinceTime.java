package io.stillstream.pipeline.command.topic;

import io.stillstream.configuration.Durations;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time in the past: so long ago, {@code 2h}, or with date and zone, {@code 2026-11-26T19:00:00Z}. */
final class SinceTime implements ITypeConverter<Instant> {

    private final Clock clock;

    /** For picocli. */
    SinceTime() {
        this(Clock.systemUTC());
    }

    SinceTime(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Instant convert(String text) {
        try {
            return clock.instant().minus(Durations.parse(text));
        } catch (IllegalArgumentException notADuration) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                throw new TypeConversionException("'" + text
                        + "' is no time; expected how long ago, such as 30m or 2h, or a time with its zone, such as"
                        + " 2026-11-26T19:00:00Z");
            }
        }
    }
}
