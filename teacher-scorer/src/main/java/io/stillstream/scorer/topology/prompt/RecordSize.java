package io.stillstream.scorer.topology.prompt;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The most bytes that a record takes before compression, alone in its batch: the size that Kafka's clients and brokers compare with
 * their limits.
 */
public final class RecordSize {

    private static final int LONGEST_VARINT = 5;
    private static final int BATCH = 61;
    /** Its fields, and the lengths of key and value and the number of headers. */
    private static final int RECORD = 21 + 3 * LONGEST_VARINT;

    private static final int HEADER = 2 * LONGEST_VARINT;

    private RecordSize() {}

    public static int of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        int size = BATCH + RECORD + length(key) + length(value);
        for (Header header : headers) {
            size += HEADER + header.key().getBytes(StandardCharsets.UTF_8).length + length(header.value());
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
