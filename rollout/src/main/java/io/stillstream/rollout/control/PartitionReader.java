package io.stillstream.rollout.control;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.ReadPatience;
import io.stillstream.rollout.RolloutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the one partition of a topic from its beginning, each time to its end at that moment. For one thread. */
final class PartitionReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    PartitionReader(Map<String, Object> kafka, String topic) {
        this.consumer = new RolloutClients(kafka).consumer();
        this.partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Gives out what was committed since the last time.
     *
     * @throws RolloutException when the brokers do not answer
     */
    void read(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> records) {
        try {
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            var patience = new ReadPatience(partition.toString(), PATIENCE);
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).forEach(records);
                patience.at(consumer.position(partition));
            }
        } catch (KafkaException e) {
            throw new RolloutException(partition.topic() + " cannot be read: " + AccessDenied.reading(e), e);
        }
    }

    TopicPartition partition() {
        return partition;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
