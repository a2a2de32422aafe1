package io.stillstream.trainer.source;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The trainer's Kafka clients: the user's client properties, and over them those that exactly-once depends on. */
public final class KafkaClients {

    private static final int LARGEST_REQUEST = 64 << 20;

    private static final int RECORDS_OF_A_POLL = 100;
    private static final String PREFIX = "stillstream-student-trainer";

    /** What the producer of dead letters sends. */
    public static final String LETTERS = "letters";

    /** What the producer of published snapshots sends. */
    public static final String SNAPSHOTS = "snapshots";

    private KafkaClients() {}

    /** @param properties bootstrap servers, security, and what else the user sets */
    public static Consumer<byte[], byte[]> consumer(Map<String, ?> properties) {
        try {
            return new KafkaConsumer<>(consuming(properties), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    /**
     * The same under another client's name.
     *
     * @param use what it reads for, as part of its name
     */
    public static Consumer<byte[], byte[]> consumer(Map<String, ?> properties, String use) {
        Map<String, Object> named = new HashMap<>(properties);
        named.put(ConsumerConfig.CLIENT_ID_CONFIG, PREFIX + "-" + use);
        return consumer(named);
    }

    private static Map<String, Object> consuming(Map<String, ?> properties) {
        Map<String, Object> merged = new HashMap<>(properties);
        // What a poll returns comes on top of what may wait.
        merged.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_OF_A_POLL);
        merged.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, PREFIX);
        merged.remove(ConsumerConfig.GROUP_ID_CONFIG);
        merged.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        merged.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        merged.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        merged.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return merged;
    }

    /**
     * A transactional producer.
     *
     * @param properties bootstrap servers, security, and what else the user sets
     * @param use what it sends, as part of its names
     * @param trainer the id of a data directory: of two producers with one id and use the brokers fence the older
     */
    public static Producer<byte[], byte[]> transactionalProducer(
            Map<String, ?> properties, String use, String trainer) {
        Map<String, Object> merged = producing(properties);
        merged.put(ProducerConfig.CLIENT_ID_CONFIG, PREFIX + "-" + use);
        merged.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(use, trainer));
        return open(merged);
    }

    /** The transactional id of such a producer. */
    public static String transactionalId(String use, String trainer) {
        return PREFIX + "-" + use + "-" + trainer;
    }

    /** A producer without transactions, for what may be sent twice. */
    public static Producer<byte[], byte[]> producer(Map<String, ?> properties, String use) {
        Map<String, Object> merged = producing(properties);
        merged.put(ProducerConfig.CLIENT_ID_CONFIG, PREFIX + "-" + use);
        return open(merged);
    }

    private static Map<String, Object> producing(Map<String, ?> properties) {
        Map<String, Object> merged = new HashMap<>(properties);
        // A dead letter is as large as the record it was: the broker's limit decides, not the client's lower one.
        merged.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        merged.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        merged.put(ProducerConfig.ACKS_CONFIG, "all");
        merged.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return merged;
    }

    private static Producer<byte[], byte[]> open(Map<String, Object> properties) {
        try {
            return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    /**
     * The brokers' id of an existing topic: one that was deleted and recreated under its name has another.
     *
     * @param properties bootstrap servers, security, and what else the user sets
     */
    public static String topicId(Map<String, ?> properties, String topic, Duration patience) {
        try (Admin admin = admin(properties)) {
            return topicId(admin, topic, patience);
        }
    }

    /** The same, with an admin client that is there. */
    public static String topicId(Admin admin, String topic, Duration patience) {
        try {
            var described = admin.describeTopics(List.of(topic)).topicNameValues();
            return Objects.requireNonNull(described.get(topic))
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .topicId()
                    .toString();
        } catch (ExecutionException | TimeoutException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new TrainerException(
                    "the brokers do not describe the topic " + topic + ": " + AccessDenied.reading(reason), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while the brokers were asked about " + topic, e);
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    /**
     * The consumer group that stands for how far a trainer's dead letters were written.
     *
     * @param trainer the id of a data directory
     * @param topicId of the topic that it reads: in one that was recreated the same offsets are of other records
     * @param branch of the training: after a rewind records are rejected anew, and perhaps others
     */
    public static String letterGroup(String trainer, String topicId, int branch) {
        return PREFIX + "-letters-" + trainer + "-" + topicId + "-" + branch;
    }

    /**
     * The offsets that a group has committed, once no transaction that commits others is open.
     *
     * @param properties bootstrap servers, security, and what else the user sets
     */
    public static DeadLetters.Position committed(
            Map<String, ?> properties, String group, Set<TopicPartition> partitions, Duration patience) {
        Map<String, Object> merged = consuming(properties);
        merged.put(ConsumerConfig.CLIENT_ID_CONFIG, PREFIX + "-letters");
        merged.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        try (var consumer = new KafkaConsumer<>(merged, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            consumer.committed(partitions, patience).forEach((partition, offset) -> {
                if (offset != null) {
                    offsets.put(partition, offset.offset());
                }
            });
            return new DeadLetters.Position(consumer.groupMetadata(), offsets);
        } catch (KafkaException e) {
            throw new TrainerException(
                    "the brokers do not say how far the dead letters of " + group + " were written: "
                            + AccessDenied.reading(e),
                    e);
        }
    }

    /** @param properties bootstrap servers, security, and what else the user sets */
    public static Admin admin(Map<String, ?> properties) {
        Map<String, Object> merged = new HashMap<>(properties);
        merged.putIfAbsent(AdminClientConfig.CLIENT_ID_CONFIG, PREFIX);
        try {
            return Admin.create(merged);
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    private static TrainerException unusable(KafkaException e) {
        Throwable reason = e.getCause() == null ? e : e.getCause();
        return new TrainerException("the Kafka properties cannot be used: " + reason.getMessage(), e);
    }
}
