package io.stillstream.producer.capture.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The Kafka client's properties: defaults, which the caller's override, and those that the caller cannot override because
 * without them a retry could lose a prompt or change the order of two.
 */
final class DeliveryProperties {

    /** Of one partition's records, before compression. */
    private static final int BATCH_BYTES = 128 << 10;

    private static final int LINGER_MILLIS = 20;
    private static final long LONGEST_BLOCK_MILLIS = 5000;

    /** A broker that is silent for so long may be no leader any more. */
    private static final int LONGEST_REQUEST_MILLIS = 30_000;

    private DeliveryProperties() {}

    /**
     * @param timeout how long the broker may take to accept a record
     * @param maxBytes the most that is on its way at once
     */
    static Map<String, Object> of(Map<String, Object> kafka, Duration timeout, long maxBytes) {
        int millis = (int) timeout.toMillis();
        int linger = Math.min(LINGER_MILLIS, millis / 2);
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "stillstream-capture");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, linger);
        properties.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.min(LONGEST_REQUEST_MILLIS, Math.max(1, millis / 2 - linger)));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
        // A client that starts over while every broker is silent forgets what it knows of the topic, and fails what is
        // on its
        // way, which a new client then sends again. Where the brokers have moved, the new client finds them.
        properties.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(LONGEST_BLOCK_MILLIS, millis));
        // The client compares this with the size before compression, the broker its own limit with the size after.
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) Math.min(maxBytes, Integer.MAX_VALUE));
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * maxBytes);
        properties.putAll(kafka);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return properties;
    }
}
