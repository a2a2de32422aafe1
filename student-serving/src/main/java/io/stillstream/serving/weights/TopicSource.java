package io.stillstream.serving.weights;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.monitoring.broker.AccessDenied;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshot that was published last on {@code student-snapshots}, in the trainer's data directory. */
public final class TopicSource implements SnapshotSource {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSource.class);

    /** How long a look waits for records; the next look sees what comes later. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final Path trainerDirectory;
    private @Nullable SnapshotManifest newest;
    private String problem;

    private TopicSource(KafkaConsumer<byte[], byte[]> consumer, String topic, Path trainerDirectory) {
        this.consumer = consumer;
        this.topic = topic;
        this.trainerDirectory = trainerDirectory.toAbsolutePath().normalize();
        this.problem = "no snapshot was published on " + topic + " yet";
    }

    /**
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @param trainerDirectory where the snapshots are; what the topic has is their manifests
     */
    public static TopicSource open(Map<String, ?> kafka, String topic, Path trainerDirectory) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        var bytes = new ByteArrayDeserializer();
        return new TopicSource(new KafkaConsumer<>(properties, bytes, bytes), topic, trainerDirectory);
    }

    @Override
    public Wanted wanted() {
        try {
            if (consumer.assignment().isEmpty()) {
                List<PartitionInfo> partitions = consumer.partitionsFor(topic);
                consumer.assign(partitions.stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList());
                consumer.seekToBeginning(consumer.assignment());
            }
            for (var records = consumer.poll(LOOK); !records.isEmpty(); records = consumer.poll(LOOK)) {
                records.forEach(this::read);
            }
        } catch (KafkaException e) {
            String now = "the topic " + topic + " cannot be read: " + AccessDenied.reading(e);
            if (!now.equals(problem)) {
                problem = now;
                LOG.warn("{}; the snapshot that is served stays", now);
            }
        }
        SnapshotManifest found = newest;
        return found == null
                ? new Wanted.Unknown(problem)
                : new Wanted.Published(SnapshotIds.directory(trainerDirectory, found.id()), null);
    }

    private void read(ConsumerRecord<byte[], byte[]> message) {
        if (message.value() == null) {
            return;
        }
        try {
            SnapshotManifest manifest = SnapshotManifestCodec.decode(message.value());
            SnapshotManifest before = newest;
            if (before == null || !manifest.createdAt().isBefore(before.createdAt())) {
                newest = manifest;
            }
        } catch (ContractException e) {
            LOG.warn("passing over the record {} of {}: {}", message.offset(), topic, e.getMessage());
        }
    }

    @Override
    public String describe() {
        return "the newest snapshot on the topic " + topic + ", in " + trainerDirectory;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
