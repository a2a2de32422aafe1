package io.stillstream.scorer.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The bytes that a record's parts take before compression, without Kafka's few bytes around them. */
final class RecordSize {

    private RecordSize() {}

    static int of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        int size = length(key) + length(value);
        for (Header header : headers) {
            size += header.key().getBytes(StandardCharsets.UTF_8).length + length(header.value());
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
