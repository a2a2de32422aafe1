package io.stillstream.producer.stage;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.RecordTooLarge;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.TrafficConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka transaction after the other. What is sent in one is kept until it is complete: a record that the broker finds too
 * large spoils its whole transaction, which is then sent again with something else in its place. After any other failure
 * every call throws, so that nothing is skipped. For one thread.
 */
final class Transaction {

    /** What a transaction keeps is bounded by this too, whatever its number of records. */
    private static final int MOST_BYTES = 32 << 20;

    private static final Duration IDLE = Duration.ofSeconds(1);

    private final Producer<byte[], byte[]> producer;
    private final TrafficConfig config;
    private final String source;
    private final String transactionalId;
    private final String bootstrapServers;
    private final ProducerMeters meters;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    /** The first record that the broker found too large; set on the client's thread. */
    private final AtomicReference<@Nullable Entry> oversized = new AtomicReference<>();

    private final List<Entry> entries = new ArrayList<>();
    private boolean open;
    private boolean incomplete;
    private boolean ending;
    private long due;
    private long bytes;

    /**
     * @param source what two producers must not read at once, for messages
     * @param transactionalId the producer's, for messages
     */
    Transaction(
            Producer<byte[], byte[]> producer,
            TrafficConfig config,
            String source,
            String transactionalId,
            String bootstrapServers,
            ProducerMeters meters) {
        this.producer = producer;
        this.config = config;
        this.source = source;
        this.transactionalId = transactionalId;
        this.bootstrapServers = bootstrapServers;
        this.meters = meters;
    }

    /**
     * Ends what an earlier producer of this source left open, and stops that producer if it still runs. Fails when there is no
     * broker, before any traffic is read.
     *
     * @param topic that is to be there
     */
    void connect(String topic) {
        try {
            producer.partitionsFor(topic);
            producer.initTransactions();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw undelivered(e);
        }
    }

    int partitions(String topic) {
        try {
            return producer.partitionsFor(topic).size();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw undelivered(e);
        }
    }

    boolean isOpen() {
        return open;
    }

    void begin() {
        if (open) {
            return;
        }
        throwOnFailure();
        producer.beginTransaction();
        open = true;
        due = System.nanoTime() + config.transactionLinger().toNanos();
    }

    void add(Entry entry) {
        begin();
        entries.add(entry);
        bytes += entry.bytes();
        post(entry);
    }

    boolean isDue() {
        return open
                && (entries.size() >= config.transactionRecords()
                        || bytes >= MOST_BYTES
                        || System.nanoTime() - due >= 0);
    }

    /** Until the transaction is due by its age. */
    Duration patience() {
        return open ? Duration.ofNanos(Math.max(0, due - System.nanoTime())) : IDLE;
    }

    /**
     * Completes the transaction. When it was interrupted, it may be called again.
     *
     * @param last what is sent after the rest and becomes visible with it
     * @param smaller what to send instead of something too large
     * @return what is visible now, without the last
     */
    List<Entry> commit(List<ProducerRecord<byte[], byte[]>> last, UnaryOperator<Entry> smaller) {
        while (!isCommitted(last)) {
            sendAgain(smaller);
        }
        List<Entry> done = List.copyOf(entries);
        open = false;
        ending = false;
        entries.clear();
        bytes = 0;
        return done;
    }

    /** False when something was too large, or may not have been sent. */
    private boolean isCommitted(List<ProducerRecord<byte[], byte[]>> last) {
        if (incomplete) {
            return false;
        }
        try {
            if (!ending) {
                for (ProducerRecord<byte[], byte[]> record : last) {
                    var unused = producer.send(record, (metadata, thrown) -> failed(thrown));
                }
                producer.flush();
            }
            if (oversized.get() == null) {
                throwOnFailure();
                ending = true;
                producer.commitTransaction();
                return true;
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            if (oversized.get() == null) {
                throw undelivered(e);
            }
        }
        return false;
    }

    private void sendAgain(UnaryOperator<Entry> smaller) {
        try {
            producer.abortTransaction();
            // Of records that were on their way with the one that was too large.
            failure.set(null);
            incomplete = false;
            Entry tooLarge = oversized.getAndSet(null);
            entries.replaceAll(entry -> isSame(entry, tooLarge) ? smaller.apply(entry) : entry);
            producer.beginTransaction();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw undelivered(e);
        }
        entries.forEach(this::post);
    }

    /** Two lines may be equal, and only one of their entries is meant. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Entry entry, @Nullable Entry other) {
        return entry == other;
    }

    private void post(Entry entry) {
        throwOnFailure();
        try {
            var unused = producer.send(entry.message(), (metadata, thrown) -> {
                if (entry.reducible() && RecordTooLarge.in(thrown).isPresent()) {
                    // The client fails what was on its way with the same exception; only the first was too large.
                    oversized.compareAndSet(null, entry);
                } else {
                    failed(thrown);
                }
            });
        } catch (InterruptException e) {
            incomplete = true;
            throw e;
        } catch (KafkaException e) {
            // A client in which something was too large takes nothing more; all is sent again in the end.
            if (oversized.get() == null) {
                throw undelivered(e);
            }
        }
    }

    private void failed(@Nullable Exception thrown) {
        if (thrown != null) {
            meters.recordSendFailure();
            failure.compareAndSet(null, thrown);
        }
    }

    private void throwOnFailure() {
        Exception thrown = failure.get();
        if (thrown != null && oversized.get() == null) {
            throw undelivered(thrown);
        }
    }

    private ProducerException undelivered(Exception cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof ProducerFencedException || reason instanceof InvalidProducerEpochException) {
                return new ProducerException(
                        "another producer reads " + source
                                + " now, and this one was stopped so that nothing is sent twice"
                                + " (or it was suspended for longer than a transaction may take). What it had not completed"
                                + " is sent by the other; to run both, give each its own source or traffic.name",
                        cause);
            }
        }
        if (AccessDenied.isReasonOf(cause)) {
            return new ProducerException(
                    "the broker at " + bootstrapServers + " does not take what is sent: "
                            + AccessDenied.writing(cause, transactionalId),
                    cause);
        }
        return new ProducerException(
                "the broker at " + bootstrapServers + " did not take what was sent within "
                        + config.deliveryTimeout().toSeconds()
                        + " s (" + cause.getMessage()
                        + "): check that it runs, that kafka.bootstrap-servers names it and that the topic exists",
                cause);
    }
}
