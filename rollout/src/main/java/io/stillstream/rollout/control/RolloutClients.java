package io.stillstream.rollout.control;

import io.stillstream.rollout.RolloutException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** The rollout's Kafka clients: the user's client properties, and over them those that exactly-once depends on. */
final class RolloutClients {

    private static final String PREFIX = "stillstream-rollout";

    private final Map<String, Object> properties;

    /** @param properties bootstrap servers, security, and what else the user sets */
    RolloutClients(Map<String, Object> properties) {
        this.properties = Map.copyOf(properties);
    }

    /** Of what is committed; it begins at the oldest record where the one it wants is no longer there. */
    Consumer<byte[], byte[]> consumer() {
        Map<String, Object> merged = new HashMap<>(properties);
        merged.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        merged.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        merged.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        merged.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try {
            return new KafkaConsumer<>(merged, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    /** The offset that the next record of each partition gets; nothing where there is no such topic. */
    Map<Integer, Long> ends(String topic) {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(found -> new TopicPartition(topic, found.partition()))
                    .toList();
            Map<Integer, Long> ends = new HashMap<>();
            consumer.endOffsets(partitions).forEach((partition, end) -> ends.put(partition.partition(), end));
            return ends;
        }
    }

    /** @param topic that a controller writes: of two with one topic the brokers fence the older */
    Producer<byte[], byte[]> transactionalProducer(String topic) {
        Map<String, Object> merged = producing();
        merged.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(topic));
        return producer(merged);
    }

    static String transactionalId(String topic) {
        return PREFIX + "-controller-" + topic;
    }

    Producer<byte[], byte[]> producer() {
        return producer(producing());
    }

    private Map<String, Object> producing() {
        Map<String, Object> merged = new HashMap<>(properties);
        merged.put(ProducerConfig.ACKS_CONFIG, "all");
        merged.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        merged.put(ProducerConfig.CLIENT_ID_CONFIG, PREFIX);
        return merged;
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> merged) {
        try {
            return new KafkaProducer<>(merged, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    private static RolloutException unusable(KafkaException e) {
        Throwable reason = e.getCause() == null ? e : e.getCause();
        return new RolloutException("the Kafka properties cannot be used: " + reason.getMessage(), e);
    }
}
