package io.stillstream.scorer.topology;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** How far a consumer group has committed on a topic. */
final class GroupOffsets {

    private GroupOffsets() {}

    /** By partition, in their order; nothing of those without a commit. A group that is not there has committed nothing. */
    static SortedMap<TopicPartition, Long> read(Admin admin, String group, String topic, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        SortedMap<TopicPartition, Long> committed = byPartition();
        try {
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            found.forEach((partition, offset) -> {
                if (offset != null && partition.topic().equals(topic)) {
                    committed.put(partition, offset.offset());
                }
            });
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
        return committed;
    }

    /** Empty, for partitions of one topic. */
    static SortedMap<TopicPartition, Long> byPartition() {
        return new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    }
}
