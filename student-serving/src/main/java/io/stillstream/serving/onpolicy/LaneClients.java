package io.stillstream.serving.onpolicy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The lane's Kafka clients. */
record LaneClients(KafkaConsumer<byte[], byte[]> consumer, KafkaProducer<byte[], byte[]> producer)
        implements AutoCloseable {

    /** What is read at once is answered before it is committed. */
    private static final int RECORDS_PER_ANSWER = 8;

    /** The longest that so many answers may take before another server takes the partition over. */
    private static final Duration LONGEST_BATCH = Duration.ofMinutes(15);

    /** For brokers, when these are closed. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    static LaneClients open(AnswerPromptsConfig config, Map<String, Object> kafka) {
        KafkaConsumer<byte[], byte[]> consumer = consumer(config, kafka);
        try {
            return new LaneClients(consumer, producer(config, kafka));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(AnswerPromptsConfig config, Map<String, Object> kafka) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, config.group());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_ANSWER * config.atOnce());
        properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Math.toIntExact(LONGEST_BATCH.toMillis()));
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The group's generation fences one that was taken over, so that its transactions need no name that lasts. */
    private static KafkaProducer<byte[], byte[]> producer(AnswerPromptsConfig config, Map<String, Object> kafka) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                transactionalId(config, UUID.randomUUID().toString()));
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static String transactionalId(AnswerPromptsConfig config, String server) {
        return config.group() + "-" + server;
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
        consumer.close(CloseOptions.timeout(PATIENCE));
    }
}
