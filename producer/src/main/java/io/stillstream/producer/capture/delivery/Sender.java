package io.stillstream.producer.capture.delivery;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.RecordTooLarge;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.monitoring.traffic.ProducerMeters;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits to Kafka, in order, on a thread of its own. Where the broker does not take a record, everything from that one
 * on is sent again by a new client, after a pause that grows; a record that no broker takes is given up alone. Ends when it was
 * told to and nothing waits any more, or the time for that is over.
 */
final class Sender implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration BUSY = Duration.ofMillis(5);
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5000;

    private final Backlog backlog;
    private final Supplier<Producer<byte[], byte[]>> clients;
    private final long maxBytes;
    private final CaptureMeters meters;
    private final ProducerMeters sent;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private long bytesInFlight;
    private boolean away;
    private volatile @Nullable Long deadline;

    /**
     * @param clients makes a Kafka client each time it is asked
     * @param maxBytes the most that is on its way at once
     */
    Sender(
            Backlog backlog,
            Supplier<Producer<byte[], byte[]>> clients,
            long maxBytes,
            CaptureMeters meters,
            ProducerMeters sent) {
        this.backlog = backlog;
        this.clients = clients;
        this.maxBytes = maxBytes;
        this.meters = meters;
        this.sent = sent;
    }

    /** Makes {@link #run} return when nothing waits, or after that time. */
    void stopWithin(Duration patience) {
        deadline = System.nanoTime() + patience.toNanos();
    }

    @Override
    public void run() {
        long pause = SHORTEST_PAUSE_MILLIS;
        try {
            while (!ended()) {
                long before = backlog.records();
                @Nullable Throwable failure = deliver();
                if (failure == null) {
                    continue;
                }
                meters.recordDeliveryFailure();
                if (!away) {
                    LOG.warn(
                            "Kafka does not take captured prompts: {}; {} wait and are tried again",
                            AccessDenied.writing(failure),
                            backlog.records());
                }
                away = true;
                backlog.rewind();
                pause = backlog.records() < before ? SHORTEST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                pause(pause);
            }
        } catch (InterruptedException | InterruptException e) {
            // The time for what waits is over.
            Thread.currentThread().interrupt();
        }
    }

    /** In short steps, so that a stop is not waited for. */
    private void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end && !overdue()) {
            Thread.sleep(Math.min(SHORTEST_PAUSE_MILLIS, millis));
        }
    }

    private boolean ended() {
        return overdue() || (deadline != null && backlog.records() == 0);
    }

    private boolean overdue() {
        Long end = deadline;
        return end != null && System.nanoTime() - end > 0;
    }

    /** Sends until a record fails, which is why it returns, or there is an end: null. */
    private @Nullable Throwable deliver() throws InterruptedException {
        inFlight.clear();
        bytesInFlight = 0;
        Producer<byte[], byte[]> client;
        try {
            client = clients.get();
        } catch (KafkaException e) {
            return e.getCause() == null ? e : e.getCause();
        }
        try {
            while (!ended()) {
                @Nullable Throwable failure = settle();
                if (failure != null) {
                    return failure;
                }
                if (bytesInFlight >= maxBytes) {
                    inFlight.element().await(IDLE);
                    continue;
                }
                Backlog.@Nullable Taken taken = backlog.take(inFlight.isEmpty() ? IDLE : BUSY);
                if (taken != null) {
                    send(client, taken);
                }
            }
            return null;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            return e;
        } finally {
            // What is on its way still is sent again, or was to be there by now.
            client.close(Duration.ZERO);
        }
    }

    private void send(Producer<byte[], byte[]> client, Backlog.Taken taken) {
        Outgoing record = taken.record();
        var message = new ProducerRecord<>(record.topic(), null, record.key(), record.value());
        record.headers().forEach(message.headers()::add);
        var sending = new InFlight(taken);
        inFlight.add(sending);
        bytesInFlight += record.bytes();
        var unused = client.send(message, (metadata, failure) -> sending.settle(failure));
    }

    /** Takes what is done off the backlog, in order; why the first that failed did, or null. */
    private @Nullable Throwable settle() throws InterruptedException {
        while (!inFlight.isEmpty() && inFlight.element().isSettled()) {
            InFlight head = inFlight.element();
            @Nullable Throwable failure = head.failure();
            if (failure == null) {
                count(head);
            } else if (RecordTooLarge.in(failure).isPresent() || failure instanceof SerializationException) {
                LOG.warn(
                        "a captured record of {} bytes is dropped: {}",
                        head.taken().record().value().length,
                        failure.toString());
                meters.recordDropped(CaptureDrop.RECORD_TOO_LARGE);
            } else {
                return failure;
            }
            inFlight.remove();
            bytesInFlight -= head.taken().record().bytes();
            backlog.done(head.taken().sequence());
        }
        return null;
    }

    private void count(InFlight head) {
        Outgoing record = head.taken().record();
        @Nullable RejectionCode rejected = record.rejected();
        if (rejected == null) {
            sent.recordSent(record.heldOut(), head.elapsed());
        } else {
            sent.recordDeadLetter(rejected);
        }
        if (away) {
            away = false;
            LOG.info("Kafka takes captured prompts again; {} wait", backlog.records());
        }
    }
}
