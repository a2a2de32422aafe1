package io.stillstream.trainer.source;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A record in the merged order of all partitions.
 *
 * @param from the offset after the previous record of its partition; the offsets from there to this one hold no record
 * @param timestamp of the record, or the highest of its partition before it where that is higher
 */
public record MergedRecord(ConsumerRecord<byte[], byte[]> raw, long from, long timestamp) {

    public TopicPartition partition() {
        return new TopicPartition(raw.topic(), raw.partition());
    }
}
