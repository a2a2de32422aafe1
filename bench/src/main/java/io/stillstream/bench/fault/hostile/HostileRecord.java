package io.stillstream.bench.fault.hostile;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A record that a client of somebody else's, or an enemy, puts on a topic. */
final class HostileRecord {

    private static final byte[] KEY = utf8("hostile");

    private final String kind;
    private final @Nullable String id;
    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final @Nullable Long timestamp;
    private final Map<String, byte[]> headers;

    private HostileRecord(
            String kind,
            @Nullable String id,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable Long timestamp,
            Map<String, byte[]> headers) {
        this.kind = kind;
        this.id = id;
        this.key = key;
        this.value = value;
        this.timestamp = timestamp;
        this.headers = headers;
    }

    /** For the report. */
    String kind() {
        return kind;
    }

    /** The id that it is scored under if it is harmless; null where it is no prompt. */
    @Nullable
    String id() {
        return id;
    }

    static HostileRecord of(String kind, byte @Nullable [] value) {
        return new HostileRecord(kind, null, KEY, value, null, Map.of());
    }

    static HostileRecord of(String kind, String value) {
        return of(kind, utf8(value));
    }

    HostileRecord withId(String other) {
        return new HostileRecord(kind, other, key, value, timestamp, headers);
    }

    HostileRecord withHeaders(Map<String, byte[]> others) {
        return new HostileRecord(kind, id, key, value, timestamp, others);
    }

    HostileRecord withKey(byte @Nullable [] other) {
        return new HostileRecord(kind, id, other, value, timestamp, headers);
    }

    HostileRecord withTimestamp(long other) {
        return new HostileRecord(kind, id, key, value, other, headers);
    }

    @SuppressWarnings("NullAway") // Kafka's record takes null for key, value and time.
    ProducerRecord<byte[], byte[]> on(String topic, int partition) {
        var record = new ProducerRecord<>(topic, partition, timestamp, key, value);
        headers.forEach(record.headers()::add);
        return record;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
