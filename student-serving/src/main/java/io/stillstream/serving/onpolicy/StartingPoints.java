package io.stillstream.serving.onpolicy;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Where a partition is read from: where the group is, which is kept from the first time on. */
final class StartingPoints implements ConsumerRebalanceListener {

    private final Consumer<byte[], byte[]> consumer;
    private final Attempts attempts;

    StartingPoints(Consumer<byte[], byte[]> consumer, Attempts attempts) {
        this.consumer = consumer;
        this.attempts = attempts;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(new HashSet<>(partitions));
        Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
        for (TopicPartition partition : partitions) {
            attempts.read(partition, committed.get(partition));
            if (committed.get(partition) == null) {
                first.put(partition, new OffsetAndMetadata(consumer.position(partition)));
            }
        }
        if (!first.isEmpty()) {
            consumer.commitSync(first);
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        // Whatever was answered is committed with its prompts.
    }
}
