package io.stillstream.producer.outcome;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.traffic.OutcomeMeters;
import io.stillstream.producer.ProducerException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes outcomes to Kafka from a bounded queue, on a thread of its own. They are figures about traffic, not traffic: while Kafka is
 * away, what does not fit the queue is dropped and counted.
 */
public final class OutcomeWriter implements OutcomeSink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutcomeWriter.class);

    /** Some megabytes, and minutes of a busy proxy. */
    private static final int MOST_WAITING = 10_000;

    private static final int LINGER_MILLIS = 20;
    private static final int LONGEST_BLOCK_MILLIS = 2_000;
    private static final int DELIVERY_MILLIS = 30_000;
    private static final int REQUEST_MILLIS = 10_000;
    private static final long BUFFER_BYTES = 8 << 20;
    private static final Duration IDLE = Duration.ofMillis(100);

    /** For what waits when this is closed. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final BlockingQueue<ServedOutcome> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Map<String, Object> properties;
    private final String topic;
    private final OutcomeMeters meters;
    private final Thread thread;
    private volatile @Nullable Long deadline;
    private volatile boolean away;

    private OutcomeWriter(Map<String, Object> properties, String topic, OutcomeMeters meters) {
        this.properties = properties;
        this.topic = topic;
        this.meters = meters;
        thread = DaemonThreads.named("served-outcomes").newThread(this::run);
    }

    /**
     * Starts; Kafka need not be there.
     *
     * @param kafka properties of the Kafka client, {@code bootstrap.servers} among them
     * @throws ProducerException when the client's properties are wrong
     */
    public static OutcomeWriter start(Map<String, Object> kafka, String topic, OutcomeMeters meters) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "stillstream-outcomes");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        properties.putAll(kafka);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_BLOCK_MILLIS);
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        try {
            // Says what is wrong with them without looking for a broker.
            var unused = new ProducerConfig(properties);
        } catch (ConfigException e) {
            throw new ProducerException("no Kafka producer (" + e.getMessage() + "): check the kafka section", e);
        }
        var writer = new OutcomeWriter(properties, topic, meters);
        writer.thread.start();
        return writer;
    }

    @Override
    public void offer(ServedOutcome outcome) {
        if (deadline != null || !waiting.offer(outcome)) {
            meters.recordDropped(1);
        }
    }

    private void run() {
        while (!ended()) {
            try {
                // A client that cannot find its brokers by their names is not to be had at all.
                write(new KafkaProducer<>(properties));
            } catch (KafkaException e) {
                isAway(e);
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean ended() {
        Long end = deadline;
        return end != null && (waiting.isEmpty() || System.nanoTime() - end > 0);
    }

    private void pause() {
        try {
            Thread.sleep(IDLE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Producer<byte[], byte[]> producer) throws InterruptedException {
        try {
            while (!ended()) {
                ServedOutcome next = waiting.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    write(producer, next);
                }
            }
        } finally {
            // What is on its way still after that is told to have failed, and counted.
            producer.close(PATIENCE);
        }
    }

    private void write(Producer<byte[], byte[]> producer, ServedOutcome outcome) {
        byte[] value;
        try {
            value = ServedOutcomeCodec.encode(outcome);
        } catch (ContractException e) {
            LOG.debug("an outcome cannot be written", e);
            meters.recordDropped(1);
            return;
        }
        byte[] key = outcome.conversation().getBytes(StandardCharsets.UTF_8);
        var unused = producer.send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> settled(failure));
    }

    private void settled(@Nullable Exception failure) {
        if (failure != null) {
            meters.recordDropped(1);
            isAway(failure);
            return;
        }
        meters.recordWritten();
        if (away) {
            away = false;
            LOG.info("Kafka takes outcomes of calls again");
        }
    }

    private void isAway(Exception failure) {
        if (!away) {
            away = true;
            LOG.warn(
                    "Kafka does not take outcomes of calls: {}; they are dropped and counted",
                    AccessDenied.writing(failure));
        }
    }

    /** Writes what waits, within some seconds. */
    @Override
    public void close() {
        deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            thread.join(PATIENCE.multipliedBy(2).toMillis() + LONGEST_BLOCK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        meters.recordDropped(waiting.size());
    }
}
