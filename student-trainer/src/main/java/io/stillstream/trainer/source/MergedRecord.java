package io.stillstream.trainer.source;

import io.stillstream.trainer.offsets.OffsetRange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record in the merged order of all partitions.
 *
 * @param from the offset after the previous record of its partition; the offsets from there to this one hold no record, or one
 *     that is passed over
 * @param skipped from the first to the last of the records between that were passed over; null where there were none
 * @param timestamp of the record, or the highest of its partition before it where that is higher
 */
public record MergedRecord(
        ConsumerRecord<byte[], byte[]> raw,
        long from,
        @Nullable OffsetRange skipped,
        long timestamp) {

    public TopicPartition partition() {
        return new TopicPartition(raw.topic(), raw.partition());
    }
}
