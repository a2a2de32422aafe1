package io.stillstream.producer.capture.delivery;

import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.producer.ProducerException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets records to Kafka whenever that can be had, and never makes the caller wait for it. Thread-safe. */
public final class PromptDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(PromptDelivery.class);

    /** For a thread that was told to end to notice it. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Backlog backlog;
    private final CaptureMeters meters;
    private final Sender sender;
    private final Thread thread;

    private PromptDelivery(Backlog backlog, Sender sender, CaptureMeters meters) {
        this.backlog = backlog;
        this.sender = sender;
        this.meters = meters;
        thread = new Thread(sender, "capture-delivery");
        thread.setDaemon(true);
    }

    /**
     * Starts; Kafka need not be there.
     *
     * @param bufferBytes the most memory for what waits, and for what is on its way
     * @param timeout how long the broker may take to accept a record before it is sent again
     * @param kafka properties of the Kafka client, {@code bootstrap.servers} among them
     * @throws ProducerException when the client's properties are wrong, or the spool cannot be used
     */
    public static PromptDelivery start(
            SpoolConfig spool,
            Path dataDirectory,
            long bufferBytes,
            Duration timeout,
            Map<String, Object> kafka,
            CaptureMeters meters,
            ProducerMeters sent) {
        Map<String, Object> properties = DeliveryProperties.of(kafka, timeout, bufferBytes);
        try {
            // Says what is wrong with them without looking for a broker.
            var unused = new ProducerConfig(properties);
        } catch (ConfigException e) {
            throw new ProducerException("no Kafka producer (" + e.getMessage() + "): check the kafka section", e);
        }
        Backlog backlog = spool.enabled()
                ? Spool.open(dataDirectory.resolve(spool.directory()), spool.maxBytes())
                : new MemoryBacklog(bufferBytes);
        var sender = new Sender(backlog, () -> new KafkaProducer<>(properties), bufferBytes, meters, sent);
        var delivery = new PromptDelivery(backlog, sender, meters);
        delivery.thread.start();
        return delivery;
    }

    /** Why the record is not kept for Kafka; empty where it is. */
    public Optional<CaptureDrop> send(Outgoing record) {
        return switch (backlog.append(record)) {
            case WAITING -> Optional.empty();
            case FULL -> Optional.of(backlog.survives() ? CaptureDrop.SPOOL_FULL : CaptureDrop.BUFFER_FULL);
            case FAILED -> Optional.of(CaptureDrop.SPOOL_FAILED);
        };
    }

    /** Memory that what waits takes; 0 with a spool. */
    public long bufferBytes() {
        return backlog.survives() ? 0 : backlog.bytes();
    }

    /** Disk space that what waits takes; 0 without a spool. */
    public long spoolBytes() {
        return backlog.survives() ? backlog.bytes() : 0;
    }

    public long spoolRecords() {
        return backlog.survives() ? backlog.records() : 0;
    }

    /** Sends what waits, for as long as that; counts what is lost then. */
    public void close(Duration patience) {
        sender.stopWithin(patience);
        boolean interrupted = false;
        try {
            thread.join(patience.plus(GRACE).toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(GRACE.toMillis());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        long left = backlog.records();
        if (left > 0 && backlog.survives()) {
            LOG.info("{} captured records wait in the spool for the next start", left);
        } else if (left > 0) {
            LOG.warn("{} captured records could not be sent before the stop and are lost", left);
            meters.recordDropped(CaptureDrop.UNDELIVERED, left);
        }
        backlog.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
