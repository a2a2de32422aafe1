package io.stillstream.trainer.source;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A record in its turn.
 *
 * @param from the offset after the record of its partition that came before; what lies between holds no record to read
 * @param timestamp of the record, or the highest of its partition before it where that is higher
 */
public record MergedRecord(ConsumerRecord<byte[], byte[]> raw, long from, long timestamp) {

    public TopicPartition partition() {
        return new TopicPartition(raw.topic(), raw.partition());
    }
}
