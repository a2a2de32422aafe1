package io.stillstream.trainer.source;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.RecordTooLarge;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records that cannot be trained on to {@code dead-letters}, each once: in one transaction with the letters goes the
 * offset after the last of them, as that of a consumer group. A record that lay between the last checkpoint and a crash is
 * read and rejected again after it, and is not written again.
 *
 * <p>Letters wait in memory for a second at most, and are written by a thread of this class, by {@link #flush}, or by
 * whoever sends more than may wait. A letter that the broker finds too large loses a quarter of its value until it is taken.
 * Safe for use by several threads.
 */
public final class DeadLetters implements RejectedRecords, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final long PAUSE_MILLIS = 1000;

    /** So much may wait in memory. */
    private static final int MOST_WAITING_BYTES = 16 << 20;

    private static final int MOST_WAITING = 1000;

    private final Transactions transactions;
    private final String topic;
    private final TrainerMeters meters;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("dead-letters"));

    /** Of each partition the offset before which every rejected record was written; set once, before anything is sent. */
    private Map<TopicPartition, Long> written = Map.of();

    private @Nullable ConsumerGroupMetadata group;

    /** Guarded by itself; what is at its head is removed by the holder of this object's lock alone. */
    private final Deque<Letter> waiting = new ArrayDeque<>();

    private long waitingBytes;
    /** How many of those at the head are in a transaction whose outcome is not known. */
    private int unsettled;

    /** @param producer transactional; see {@link KafkaClients#transactionalProducer} */
    public DeadLetters(Producer<byte[], byte[]> producer, String topic, TrainerMeters meters) {
        this.transactions = new Transactions(producer);
        this.topic = topic;
        this.meters = meters;
    }

    /** How far letters were written, once nobody else writes any. */
    public interface Positions {

        /** @param partitions of which the offsets are wanted */
        Position committed(String group, Set<TopicPartition> partitions);
    }

    /**
     * How far letters were written.
     *
     * @param group as which it is committed
     * @param offsets of each partition the one that was committed last
     */
    public record Position(ConsumerGroupMetadata group, Map<TopicPartition, Long> offsets) {}

    /**
     * Takes the transactional id, and reads how far letters were written. To be called once, before anything is sent.
     *
     * @param group the consumer group that the position is committed as
     * @param partitions that records are read from
     * @throws TrainerException when the brokers do not answer in time
     */
    public synchronized void begin(String group, Set<TopicPartition> partitions, Positions positions) {
        try {
            transactions.begin();
        } catch (KafkaException e) {
            throw new TrainerException(
                    "the brokers did not start the transactional producer that writes to " + topic + ": "
                            + AccessDenied.writing(e, KafkaClients.transactionalId(KafkaClients.LETTERS, "…")),
                    e);
        }
        Position position = positions.committed(group, partitions);
        this.written = Map.copyOf(position.offsets());
        this.group = position.group();
        var unused =
                thread.scheduleWithFixedDelay(this::writeQuietly, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Has a record written, unless it was before. */
    @Override
    public void send(ConsumerRecord<byte[], byte[]> original, Rejection rejection) {
        Letter letter = Letter.of(original, rejection);
        if (original.offset() < written.getOrDefault(letter.partition(), 0L)) {
            return;
        }
        boolean full;
        synchronized (waiting) {
            waiting.add(letter);
            waitingBytes += letter.originalBytes();
            full = waitingBytes > MOST_WAITING_BYTES || waiting.size() > MOST_WAITING;
        }
        if (full) {
            flush();
        }
    }

    /**
     * Returns once everything that was sent is written: to be called before offsets beyond it are saved. What the brokers
     * did not take stays, and is written by a later call: they may have been unavailable.
     *
     * @throws FencedException when another trainer has taken this one's id
     * @throws TrainerException when something could not be written
     */
    public synchronized void flush() {
        try {
            settle();
            List<Letter> letters;
            synchronized (waiting) {
                letters = List.copyOf(waiting);
            }
            write(letters);
        } catch (ProducerFencedException e) {
            throw new FencedException(
                    "rejected records are not written to " + topic
                            + ": another trainer with a copy of this data directory"
                            + " has been started since; this one stops. Give one of them a directory of its own",
                    e);
        } catch (KafkaException e) {
            throw new TrainerException(
                    "a rejected record could not be written to " + topic + ": " + AccessDenied.writing(e), e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        writeQuietly();
    }

    private void writeQuietly() {
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                return;
            }
        }
        try {
            flush();
        } catch (FencedException e) {
            LOG.warn("{}", e.getMessage());
            thread.shutdown();
        } catch (TrainerException e) {
            // Whoever saves offsets is told; until then the brokers may be back.
            LOG.warn("{}; it is tried again", e.getMessage());
        }
    }

    private void settle() {
        if (transactions.settle()) {
            done(unsettled);
        }
        unsettled = 0;
    }

    /** Those at the head of the queue, which are divided where one is too large, until it is known which. */
    private void write(List<Letter> letters) {
        if (letters.isEmpty()) {
            return;
        }
        try {
            commit(letters);
        } catch (RecordTooLargeException e) {
            settle();
            if (letters.size() == 1) {
                writeReduced(letters.get(0));
            } else {
                int half = letters.size() / 2;
                write(letters.subList(0, half));
                write(letters.subList(half, letters.size()));
            }
        }
    }

    private void writeReduced(Letter whole) {
        Letter letter = whole;
        while (true) {
            letter = letter.smaller()
                    .orElseThrow(() -> new TrainerException(topic + " does not even take the headers that say why "
                            + whole.coordinates() + " was rejected; raise its max.message.bytes"));
            try {
                commit(List.of(letter));
                LOG.warn("{} did not take all of {}, and has its beginning", topic, whole.coordinates());
                return;
            } catch (RecordTooLargeException e) {
                settle();
            }
        }
    }

    /** @throws RecordTooLargeException when the broker finds one of them too large */
    private void commit(List<Letter> letters) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        letters.forEach(letter -> next.put(letter.partition(), letter.next()));
        unsettled = letters.size();
        transactions.run(open -> {
            var failure = new AtomicReference<@Nullable Exception>();
            try {
                for (Letter letter : letters) {
                    var unused = open.send(letter.to(topic), (metadata, thrown) -> failure.compareAndSet(null, thrown));
                }
                open.sendOffsetsToTransaction(next, metadata());
                open.flush();
            } catch (KafkaException e) {
                failure.compareAndSet(null, e);
            }
            Exception thrown = failure.get();
            if (thrown != null) {
                throw known(thrown);
            }
        });
        done(letters.size());
        unsettled = 0;
    }

    /** What is sent after a letter that is too large fails because that one did. */
    private static KafkaException known(Exception thrown) {
        Optional<RecordTooLargeException> tooLarge = RecordTooLarge.in(thrown);
        if (tooLarge.isPresent()) {
            return tooLarge.get();
        }
        return thrown instanceof KafkaException kafka ? kafka : new KafkaException(thrown);
    }

    private ConsumerGroupMetadata metadata() {
        ConsumerGroupMetadata known = group;
        if (known == null) {
            throw new IllegalStateException("nothing can be written before the transactional id is taken");
        }
        return known;
    }

    private void done(int count) {
        synchronized (waiting) {
            for (int i = 0; i < count; i++) {
                Letter letter = waiting.remove();
                waitingBytes -= letter.originalBytes();
                meters.recordDeadLetter(letter.code());
            }
        }
    }
}
