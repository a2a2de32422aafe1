package io.stillstream.trainer.rewind;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.ReadPatience;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.source.KafkaClients;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** {@link TargetsStretch}es of a cluster, each read with a client of its own. */
public final class TargetsTopic implements TargetsStretch {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, ?> kafka;
    private final String topic;
    private final Duration patience;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param patience how long to wait for more
     */
    public TargetsTopic(Map<String, ?> kafka, String topic, Duration patience) {
        this.kafka = kafka;
        this.topic = topic;
        this.patience = patience;
    }

    @Override
    public Map<Integer, Long> earliest(Collection<Integer> partitions) {
        List<TopicPartition> named = partitions.stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
        try (var consumer = KafkaClients.consumer(kafka, "rewind")) {
            Map<Integer, Long> earliest = new HashMap<>();
            consumer.beginningOffsets(named, patience)
                    .forEach((partition, offset) -> earliest.put(partition.partition(), offset));
            return earliest;
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    @Override
    public Map<Integer, Long> latest() {
        try (var consumer = KafkaClients.consumer(kafka, "rewind")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic, patience).stream()
                    .map(found -> new TopicPartition(topic, found.partition()))
                    .toList();
            Map<Integer, Long> latest = new HashMap<>();
            consumer.endOffsets(partitions, patience)
                    .forEach((partition, offset) -> latest.put(partition.partition(), offset));
            return latest;
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void read(List<OffsetRange> stretches, Consumer<ConsumerRecord<byte[], byte[]>> records) {
        try (var consumer = KafkaClients.consumer(kafka, "rewind")) {
            for (OffsetRange stretch : stretches) {
                read(consumer, stretch, records);
            }
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    private void read(
            org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
            OffsetRange stretch,
            Consumer<ConsumerRecord<byte[], byte[]>> records) {
        TopicPartition partition = new TopicPartition(topic, stretch.partition());
        consumer.assign(List.of(partition));
        consumer.seek(partition, stretch.first());
        var standstill = new ReadPatience(partition + " up to offset " + stretch.last(), patience);
        while (consumer.position(partition) <= stretch.last()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() <= stretch.last()) {
                    records.accept(record);
                }
            }
            standstill.at(consumer.position(partition));
        }
    }

    private TrainerException unreadable(KafkaException e) {
        return new TrainerException(topic + " cannot be read again: " + AccessDenied.reading(e), e);
    }
}
