package io.stillstream.scorer.topology.processor;

import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * A prompt's timestamp, which its targets and dead letters get too; the present where a foreign client wrote none (-1), or
 * one that no broker takes by default. Kafka Streams would stop at the one, and the broker refuse the other.
 */
final class BoundedTimestamps implements TimestampExtractor {

    /** The default of the broker's {@code message.timestamp.after.max.ms}. */
    static final Duration FURTHEST_AHEAD = Duration.ofHours(1);

    private final Clock clock;

    BoundedTimestamps(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        long now = clock.millis();
        long written = record.timestamp();
        return written >= 0 && written <= now + FURTHEST_AHEAD.toMillis() ? written : now;
    }
}
