package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.source.EndOfSource;
import io.stillstream.monitoring.crash.PartitionOffset;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** A record of {@code prompts} and its coordinates. Nothing writes to its arrays. */
public final class SourceRecord {

    private final String topic;
    private final int partition;
    private final long offset;
    private final long timestamp;
    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final Header[] headers;

    public SourceRecord(
            String topic,
            int partition,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Header[] headers) {
        this.topic = topic;
        this.partition = partition;
        this.offset = offset;
        this.timestamp = timestamp;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    public static SourceRecord of(Record<byte[], byte[]> record, RecordMetadata metadata) {
        return new SourceRecord(
                metadata.topic(),
                metadata.partition(),
                metadata.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                record.headers().toArray());
    }

    public String topic() {
        return topic;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    /** Where it stands, for people: {@code prompts-0 offset 17}. */
    String describe() {
        return topic + "-" + partition + " offset " + offset;
    }

    PartitionOffset place() {
        return new PartitionOffset(partition, offset);
    }

    public long timestamp() {
        return timestamp;
    }

    public byte @Nullable [] key() {
        return key;
    }

    public byte @Nullable [] value() {
        return value;
    }

    /** A copy: what is added to it is added to no other. */
    public Headers headers() {
        return new RecordHeaders(headers);
    }

    /** Whether it is the marker of a source's end, and no prompt. */
    public boolean isEndOfSource() {
        Header marker = headers().lastHeader(EndOfSource.HEADER);
        return marker != null && EndOfSource.isMarkedBy(marker.value());
    }

    /** Bytes of key, value and headers. */
    public int size() {
        return RecordSize.of(key, value, headers());
    }
}
