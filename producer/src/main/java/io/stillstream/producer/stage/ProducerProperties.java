package io.stillstream.producer.stage;

import io.stillstream.producer.TrafficConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The Kafka client's properties: defaults, which the caller's override, and those that the caller cannot override because
 * without them a retry could lose a prompt or send it twice.
 */
final class ProducerProperties {

    /** Of one partition's records, before compression: in the client's 16 KiB each batch holds but some forty lines, and costs as much. */
    private static final int BATCH_BYTES = 128 << 10;

    private static final int OVERHEAD_BYTES = 64 << 10;
    private static final Duration TRANSACTION_RESERVE = Duration.ofSeconds(5);

    private ProducerProperties() {}

    /**
     * @param transactionalId of two producers with one id the brokers stop the older
     */
    static Map<String, Object> of(Map<String, Object> kafka, TrafficConfig config, String transactionalId) {
        Duration timeout = config.deliveryTimeout();
        int request = (int) Math.max(1, timeout.toMillis() / 2);
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "stillstream-producer");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, Math.min(5, request));
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout.toMillis());
        // The client compares this with the size before compression, the broker its own limit with the size after.
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * config.maxLineBytes() + OVERHEAD_BYTES);
        properties.putAll(kafka);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        // A transaction is as long as its linger and the delivery of what it holds.
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeout.plus(config.transactionLinger())
                .plus(TRANSACTION_RESERVE)
                .toMillis());
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return properties;
    }
}
