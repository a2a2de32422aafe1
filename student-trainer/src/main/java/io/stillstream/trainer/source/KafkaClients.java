package io.stillstream.trainer.source;

import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The trainer's Kafka clients: the user's client properties, and over them those that exactly-once depends on. */
public final class KafkaClients {

    private static final int LARGEST_REQUEST = 64 << 20;

    private KafkaClients() {}

    /** @param properties bootstrap servers, security, and what else the user sets */
    public static Consumer<byte[], byte[]> consumer(Map<String, ?> properties) {
        Map<String, Object> merged = new HashMap<>(properties);
        merged.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "stillstream-student-trainer");
        merged.remove(ConsumerConfig.GROUP_ID_CONFIG);
        merged.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        merged.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        merged.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        merged.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try {
            return new KafkaConsumer<>(merged, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    /** @param properties bootstrap servers, security, and what else the user sets */
    public static Producer<byte[], byte[]> producer(Map<String, ?> properties) {
        return open(producing(properties));
    }

    /**
     * A transactional producer for {@code student-snapshots} alone.
     *
     * @param trainer its id: of two producers with one id the brokers fence the older
     */
    public static Producer<byte[], byte[]> snapshotProducer(Map<String, ?> properties, String trainer) {
        Map<String, Object> merged = producing(properties);
        merged.put(ProducerConfig.CLIENT_ID_CONFIG, "stillstream-student-trainer-snapshots");
        merged.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "stillstream-student-trainer-" + trainer);
        return open(merged);
    }

    private static Map<String, Object> producing(Map<String, ?> properties) {
        Map<String, Object> merged = new HashMap<>(properties);
        merged.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "stillstream-student-trainer");
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
        Map<String, Object> merged = new HashMap<>(properties);
        merged.putIfAbsent(AdminClientConfig.CLIENT_ID_CONFIG, "stillstream-student-trainer");
        try (Admin admin = Admin.create(merged)) {
            var described = admin.describeTopics(List.of(topic)).topicNameValues();
            return Objects.requireNonNull(described.get(topic))
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .topicId()
                    .toString();
        } catch (ExecutionException | TimeoutException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new TrainerException("the brokers do not describe the topic " + topic + ": " + reason, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while the brokers were asked about " + topic, e);
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    private static TrainerException unusable(KafkaException e) {
        Throwable reason = e.getCause() == null ? e : e.getCause();
        return new TrainerException("the Kafka properties cannot be used: " + reason.getMessage(), e);
    }
}
