package io.stillstream.scorer.topology;

import io.stillstream.scorer.ScorerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The Kafka Streams properties of a scorer. The user's properties override the defaults here, but not those that
 * exactly-once delivery depends on.
 */
final class StreamsProperties {

    /** The default of the broker's {@code transaction.max.timeout.ms}: it refuses a longer transaction. */
    static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

    /** The client's own default; a poll may be late without harm, so it is never made shorter. */
    private static final Duration SHORTEST_POLL_INTERVAL = Duration.ofMinutes(5);

    /**
     * A commit holds a stream thread up for some ten milliseconds; at the 100 ms that Kafka Streams commits after under
     * exactly-once that is as much as a tenth of its time. Readers see targets that much later.
     */
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

    private static final int BATCHES_OF_MARGIN = 3;

    /** The client's own defaults. */
    private static final int SMALLEST_REQUEST_LIMIT = 1 << 20;

    private static final Duration LONGEST_HEARTBEAT_INTERVAL = Duration.ofSeconds(3);
    private static final int HEARTBEATS_PER_SESSION = 3;

    /**
     * The records of one flush to a partition fit one batch of Kafka's: records compressed together take 3.5 bytes a
     * token less than alone, as they are at the client's own 16 KiB. Below the broker's {@code message.max.bytes}, whatever
     * the compression. zstd's level 9 gains 0.4 bytes over its own 3.
     */
    private static final Map<String, Object> PRODUCER = Map.of(
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "zstd",
            ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG,
            3,
            ProducerConfig.BATCH_SIZE_CONFIG,
            512 * 1024);

    private StreamsProperties() {}

    /** @param instanceName of the {@link InstanceLock} */
    static Map<String, Object> of(
            ScorerConfig config,
            int partitions,
            String instanceName,
            String bootstrapServers,
            Map<String, Object> kafka) {
        Duration transaction = transactionTimeout(config.worstBatch(), partitions);
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.streamThreads());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.internalReplicationFactor());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, millis(COMMIT_INTERVAL));
        properties.putAll(limits(config, partitions));
        PRODUCER.forEach((name, value) -> properties.put(StreamsConfig.producerPrefix(name), value));
        properties.putAll(kafka);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), millis(transaction));
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
                millis(longer(transaction, SHORTEST_POLL_INTERVAL)));
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Math.max(SMALLEST_REQUEST_LIMIT, config.maxRecordBytes() + ScorerConfig.RECORD_MARGIN));
        // A static member that comes back gets its partitions at once; for a new member the group would wait until the
        // session
        // of the one that died times out.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instanceName);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                millis(config.sessionTimeout()));
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                millis(heartbeatInterval(config.sessionTimeout())));
        return properties;
    }

    /**
     * Kafka Streams counts the records that it holds, and not their bytes: as many as fit where all are as large as may be. The
     * limits of polls and fetches hold for the changelog too.
     */
    private static Map<String, Object> limits(ScorerConfig config, int partitions) {
        int records = config.bufferShare() / config.maxRecordBytes();
        int fetched = Math.max(config.maxRecordBytes(), config.bufferShare() / config.streamThreads());
        return Map.of(
                StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG,
                Math.max(1, records / partitions),
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                Math.max(1, records / config.streamThreads()),
                StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
                Math.min(ConsumerConfig.DEFAULT_FETCH_MAX_BYTES, fetched));
    }

    private static Duration heartbeatInterval(Duration sessionTimeout) {
        Duration wanted = sessionTimeout.dividedBy(HEARTBEATS_PER_SESSION);
        return wanted.compareTo(LONGEST_HEARTBEAT_INTERVAL) < 0 ? wanted : LONGEST_HEARTBEAT_INTERVAL;
    }

    /**
     * Three worst batches, or one for each partition where these are more: a stream thread may score a batch for each of
     * its partitions before it commits, and waits while other threads use the teacher.
     */
    static Duration transactionTimeout(Duration worstBatch, int partitions) {
        Duration wanted = worstBatch.multipliedBy(Math.max(BATCHES_OF_MARGIN, partitions));
        return wanted.compareTo(LONGEST_TRANSACTION) < 0 ? wanted : LONGEST_TRANSACTION;
    }

    private static Duration longer(Duration first, Duration second) {
        return first.compareTo(second) > 0 ? first : second;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
