package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BoundedTimestampsTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final BoundedTimestamps timestamps = new BoundedTimestamps(Clock.fixed(NOW, ZoneOffset.UTC));

    /** In milliseconds before or after the present, or absolute. */
    @ParameterizedTest
    @CsvSource({"0, 0", "-5000, -5000", "3600000, 3600000", "3600001, 0"})
    void extract_aroundThePresent_isBounded(long written, long expected) {
        assertThat(extract(NOW.toEpochMilli() + written)).isEqualTo(NOW.toEpochMilli() + expected);
    }

    @ParameterizedTest
    @CsvSource({"-1", "-9223372036854775808", "9223372036854775807"})
    void extract_ofForeignClients_isThePresent(long written) {
        assertThat(extract(written)).isEqualTo(NOW.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void extract_longAgo_isAsWritten(long written) {
        assertThat(extract(written)).isEqualTo(written);
    }

    private long extract(long written) {
        return timestamps.extract(
                new ConsumerRecord<>(
                        "prompts",
                        0,
                        0,
                        written,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        new byte[0],
                        new byte[0],
                        new RecordHeaders(),
                        Optional.empty()),
                -1);
    }
}
