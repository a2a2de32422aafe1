package io.stillstream.pipeline.trace;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Where a record is.
 *
 * @param at the record's timestamp
 */
record Place(String topic, int partition, long offset, Instant at) {

    static Place of(ConsumerRecord<byte[], byte[]> record) {
        return new Place(record.topic(), record.partition(), record.offset(), Instant.ofEpochMilli(record.timestamp()));
    }

    /** Whether a dead letter names it as what was rejected. */
    boolean is(String ofTopic, int ofPartition, long atOffset) {
        return topic.equals(ofTopic) && partition == ofPartition && offset == atOffset;
    }

    @Override
    public String toString() {
        return topic + " " + partition + "@" + offset;
    }
}
