package io.stillstream.serving.weights;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.serving.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot that was published last on {@code student-snapshots}, in the trainer's data directory. By the topic's order, and not by the
 * manifests' clocks: after a rewind an older snapshot is published again. One that is not there gives way to the one before it.
 */
public final class TopicSource implements SnapshotSource {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSource.class);

    /** How long a look waits for records; the next look sees what comes later. */
    private static final Duration LOOK = Duration.ofMillis(200);

    /** As many as a trainer keeps, and more. */
    private static final int MOST_PUBLISHED = 64;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final Path trainerDirectory;
    /** The directories of those that were published, the last one at the end. */
    private final Deque<Path> published = new ArrayDeque<>();

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
                if (partitions.isEmpty()) {
                    return new Wanted.Unknown(problem);
                }
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
        if (published.isEmpty()) {
            return new Wanted.Unknown(problem);
        }
        Iterator<Path> newestFirst = published.descendingIterator();
        while (newestFirst.hasNext()) {
            Path directory = newestFirst.next();
            if (Files.isDirectory(directory)) {
                return new Wanted.Published(directory, null);
            }
        }
        return new Wanted.Published(published.getLast(), null);
    }

    private void read(ConsumerRecord<byte[], byte[]> message) {
        if (message.value() == null) {
            return;
        }
        try {
            SnapshotManifest manifest = SnapshotManifestCodec.decode(message.value());
            Path directory = SnapshotIds.directory(trainerDirectory, manifest.id());
            published.remove(directory);
            published.addLast(directory);
            if (published.size() > MOST_PUBLISHED) {
                published.removeFirst();
            }
        } catch (ContractException | ServingException e) {
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
