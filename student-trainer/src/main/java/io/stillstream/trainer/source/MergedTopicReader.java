package io.stillstream.trainer.source;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all partitions of {@code teacher-targets}, one record at a time, from a position that the caller keeps: there
 * is no consumer group and nothing is committed to Kafka.
 *
 * <p>The order is a function of the topic: records come by their timestamp, then partition, then offset, where a
 * timestamp counts as the highest of its partition so far, and as no more than {@link TrainerConfig.Reading#timestampLead}
 * beyond that. So the next record is known once every partition has one to
 * offer. A partition that was read to its end has none; the others wait for it for {@code wait}, counted
 * from the arrival of the first of them, and then continue without it. That alone depends on time, and the ledger
 * records the order that resulted. For one thread; the caller closes the consumer.
 */
public final class MergedTopicReader {

    private static final Logger LOG = LoggerFactory.getLogger(MergedTopicReader.class);
    private static final Duration TOPIC_CHECK = Duration.ofMillis(500);
    private static final Duration BROKER_CHECK = Duration.ofSeconds(5);
    /** A partition that is ahead of the others is not fetched beyond so many records. */
    private static final int AHEAD = 1000;

    private static final Comparator<Map.Entry<TopicPartition, PartitionBuffer>> ORDER =
            Comparator.<Map.Entry<TopicPartition, PartitionBuffer>>comparingLong(
                            entry -> entry.getValue().headTimestamp())
                    .thenComparingInt(entry -> entry.getKey().partition());

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final String servers;
    private final Duration wait;
    private final TrainerConfig.Reading reading;
    private final LongSupplier nanos;
    private final Map<TopicPartition, PartitionBuffer> buffers =
            new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    private Map<TopicPartition, Long> ends = Map.of();
    private PassedOver quarantine = PassedOver.nothing();
    private Duration patience = Duration.ZERO;
    private long lastAnswer;

    /**
     * @param consumer with {@code auto.offset.reset=none} and no group
     * @param servers for messages
     * @param wait how long the others wait for a partition that was read to its end
     * @param reading how much is read ahead, and which timestamps are believed
     * @param nanos a clock that only goes forward
     */
    public MergedTopicReader(
            Consumer<byte[], byte[]> consumer,
            String topic,
            String servers,
            Duration wait,
            TrainerConfig.Reading reading,
            LongSupplier nanos) {
        this.consumer = consumer;
        this.topic = topic;
        this.servers = servers;
        this.wait = wait;
        this.reading = reading;
        this.nanos = nanos;
    }

    /**
     * Where to start reading.
     *
     * @param saved offsets; empty for the beginning of the topic
     * @param timestamps of each partition the highest before its offset
     * @param growing whether the topic may have more partitions than were saved
     * @param quarantine what is passed over
     * @param deleted whether training may go on without what the topic has deleted
     */
    public record Start(
            Offsets saved,
            Map<TopicPartition, Long> timestamps,
            boolean growing,
            PassedOver quarantine,
            DeletedRecords deleted) {}

    /**
     * Starts reading. Waits for the topic to be created: the stages may start in any order.
     *
     * @param patience how long to wait for a broker's answer, and for the topic
     * @param stopping asked while waiting
     * @return the offset that each partition goes on at, as saved, also where the topic has deleted what was there; empty when
     *     stopped before the topic was there
     * @throws TrainerException when no broker answers, the topic stays missing, or records were deleted unread
     */
    public Optional<Offsets> open(Start start, Duration patience, BooleanSupplier stopping) {
        try {
            Set<TopicPartition> partitions = partitions(patience, stopping);
            if (partitions.isEmpty()) {
                return Optional.empty();
            }
            Map<TopicPartition, Long> earliest = consumer.beginningOffsets(partitions, patience);
            Map<TopicPartition, Long> latest = consumer.endOffsets(partitions, patience);
            Map<TopicPartition, Long> starts =
                    OffsetsInitializer.choose(start.saved(), earliest, latest, start.growing(), start.deleted());
            consumer.assign(partitions);
            starts.forEach((partition, next) -> {
                long first = Math.max(next, earliest.getOrDefault(partition, next));
                consumer.seek(partition, first);
                buffers.put(
                        partition,
                        new PartitionBuffer(
                                first,
                                start.timestamps().getOrDefault(partition, Long.MIN_VALUE),
                                reading.timestampLead().toMillis()));
            });
            this.quarantine = start.quarantine();
            this.patience = patience;
            this.lastAnswer = nanos.getAsLong();
            return Optional.of(Offsets.of(starts));
        } catch (TimeoutException e) {
            throw new TrainerException(
                    "no Kafka broker answered at " + servers + " within " + patience.toSeconds()
                            + " s; check that it runs and that the address is right",
                    e);
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    /** The next record of the merged order; empty when it is not known within the timeout. */
    public Optional<MergedRecord> next(Duration timeout) {
        if (isAnyEmpty()) {
            poll(isNextKnown() ? Duration.ZERO : timeout);
        }
        return isNextKnown() ? first().map(PartitionBuffer::take) : Optional.empty();
    }

    /**
     * The record at an offset, whatever the merged order; empty when it does not arrive within the timeout.
     *
     * @throws TrainerException when the topic no longer has it
     */
    public Optional<MergedRecord> take(TopicPartition partition, long offset, Duration timeout) {
        PartitionBuffer buffer = buffer(partition);
        if (buffer.isEmpty()) {
            poll(timeout);
        }
        Long head = buffer.headOffset();
        if (head == null) {
            return Optional.empty();
        }
        if (head != offset) {
            throw new TrainerException("the ledger says that the record " + partition + "@" + offset
                    + " was trained on, and the topic no longer has it: the next one there is " + head
                    + "; lengthen the topic's retention, and start over from a snapshot in a new data directory");
        }
        return Optional.of(buffer.take());
    }

    /** Continues a partition after an offset without reading what lies up to it. */
    public void pass(TopicPartition partition, long last) {
        buffer(partition).pass(last);
    }

    /**
     * What lies behind the last record of each partition, as far as was read: offsets without a record, and quarantined ones. A
     * partition of which a record waits has none.
     */
    public List<DispositionRun> passed() {
        List<DispositionRun> passed = new ArrayList<>();
        buffers.forEach((partition, buffer) -> {
            if (buffer.isEmpty()) {
                passed.addAll(buffer.passed(partition.partition(), position(partition)));
            }
        });
        return passed;
    }

    /** How far a partition was read; 0 while brokers that are away would have to be asked. */
    private long position(TopicPartition partition) {
        try {
            return consumer.position(partition, Duration.ZERO);
        } catch (TimeoutException e) {
            LOG.debug("the position in {} is not known now", partition, e);
            return 0;
        }
    }

    /** How many records of each partition have yet to be returned, as far as is known. */
    public Map<TopicPartition, Long> lag() {
        Map<TopicPartition, Long> lag = new HashMap<>();
        buffers.forEach((partition, buffer) -> {
            OptionalLong behind = consumer.currentLag(partition);
            behind.ifPresent(records -> lag.put(partition, records + buffer.size()));
        });
        return lag;
    }

    /**
     * Whether every record was returned that the topic held when this was first asked. Asks the broker, unlike
     * {@link #isAtEnd()}, which knows the end of the last fetch alone. From then on a partition that was read to its end
     * of that time is not waited for: the order of what the topic held depends on no clock.
     */
    public boolean isPastEnd() {
        try {
            if (ends.isEmpty()) {
                ends = consumer.endOffsets(buffers.keySet(), patience);
            }
        } catch (TimeoutException e) {
            LOG.debug("the end of {} is not known yet", topic, e);
            return false;
        } catch (KafkaException e) {
            throw unreadable(e);
        }
        return !ends.isEmpty() && ends.keySet().stream().allMatch(this::isPastEnd);
    }

    /** False while the end is not known. */
    private boolean isPastEnd(TopicPartition partition) {
        Long end = ends.get(partition);
        return end != null && nextOffset(partition) >= end;
    }

    /** Of the record that will be returned next; a transaction's end takes an offset too, and is none. */
    private long nextOffset(TopicPartition partition) {
        Long head = buffer(partition).headOffset();
        return head == null ? consumer.position(partition) : head;
    }

    /** Whether every record that the topic is known to hold was returned. */
    public boolean isAtEnd() {
        return !buffers.isEmpty()
                && buffers.entrySet().stream()
                        .allMatch(entry -> entry.getValue().isEmpty() && isAtEnd(entry.getKey()));
    }

    private PartitionBuffer buffer(TopicPartition partition) {
        PartitionBuffer buffer = buffers.get(partition);
        if (buffer == null) {
            throw new TrainerException(
                    "the ledger names the partition " + partition + ", which does not exist; name the"
                            + " topic that was trained from, or start over in a new data directory");
        }
        return buffer;
    }

    private boolean isAnyEmpty() {
        return buffers.values().stream().anyMatch(PartitionBuffer::isEmpty);
    }

    private Optional<PartitionBuffer> first() {
        return buffers.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .min(ORDER)
                .map(Map.Entry::getValue);
    }

    /** Whether nothing can come before the first buffered record, or it was buffered long enough. */
    private boolean isNextKnown() {
        Optional<PartitionBuffer> first = first();
        if (first.isEmpty()) {
            return false;
        }
        boolean waited = nanos.getAsLong() - first.get().headArrival() >= wait.toNanos();
        return buffers.entrySet().stream()
                .allMatch(entry -> !entry.getValue().isEmpty()
                        || isPastEnd(entry.getKey())
                        || (ends.isEmpty() && waited && isAtEnd(entry.getKey())));
    }

    private boolean isAtEnd(TopicPartition partition) {
        OptionalLong behind = consumer.currentLag(partition);
        return behind.isPresent() && behind.getAsLong() <= 0;
    }

    private void poll(Duration timeout) {
        try {
            balance();
            long now = nanos.getAsLong();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
                lastAnswer = now;
                PartitionBuffer buffer = buffer(new TopicPartition(record.topic(), record.partition()));
                if (isSkipped(record)) {
                    buffer.skip(record);
                } else {
                    buffer.add(record, now);
                }
            }
            if (now - lastAnswer > patience.toNanos()) {
                lastAnswer = now;
                requireTopic();
            }
        } catch (InvalidOffsetException e) {
            throw new TrainerException(
                    "records of " + e.partitions() + " were deleted before they were trained on, or the topic was"
                            + " recreated; lengthen the retention of " + topic
                            + " and start again: the message will say what is missing",
                    e);
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    /** Not the end of a source: what waits for all of its markers would wait forever. */
    private boolean isSkipped(ConsumerRecord<byte[], byte[]> record) {
        if (quarantine.isNothing() || TargetsRecord.isEndOfSource(record)) {
            return false;
        }
        int partition = record.partition();
        long offset = record.offset();
        return quarantine.holds(partition, offset)
                || (!quarantine.tenants().isEmpty()
                        && TargetsRecord.tenant(record)
                                .filter(tenant -> quarantine.holds(tenant, partition, offset))
                                .isPresent());
    }

    /** One that has nothing to offer is always fetched: the others wait for it, however much of them is there. */
    private void balance() {
        Set<TopicPartition> paused = consumer.paused();
        boolean enough = queuedBytes() >= reading.maxQueuedBytes();
        buffers.forEach((partition, buffer) -> {
            boolean full = !buffer.isEmpty() && (enough || buffer.size() >= AHEAD);
            if (full && !paused.contains(partition)) {
                consumer.pause(Set.of(partition));
            } else if (!full && paused.contains(partition)) {
                consumer.resume(Set.of(partition));
            }
        });
    }

    long queuedBytes() {
        return buffers.values().stream().mapToLong(PartitionBuffer::bytes).sum();
    }

    /** A consumer reports neither a deleted topic nor an unreachable broker: it waits. */
    private void requireTopic() {
        try {
            if (consumer.partitionsFor(topic, BROKER_CHECK).isEmpty()) {
                throw new TrainerException("the topic " + topic + " is gone from " + servers
                        + "; what was trained on is kept: restore the topic, or start over from a"
                        + " snapshot in a new data directory");
            }
        } catch (TimeoutException e) {
            LOG.warn("no Kafka broker answers at {} ({}); training waits for one", servers, e.getMessage());
        }
    }

    private TrainerException unreadable(KafkaException e) {
        return new TrainerException("could not read " + topic + " from " + servers + ": " + AccessDenied.reading(e), e);
    }

    private Set<TopicPartition> partitions(Duration patience, BooleanSupplier stopping) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!stopping.getAsBoolean()) {
            Set<TopicPartition> partitions = consumer.partitionsFor(topic, patience).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .collect(Collectors.toSet());
            if (!partitions.isEmpty()) {
                return partitions;
            }
            if (System.nanoTime() > deadline) {
                throw new TrainerException("there is no topic " + topic + " after " + patience.toSeconds()
                        + " s; start the teacher-scorer, or create the topic");
            }
            pause();
        }
        return Set.of();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(TOPIC_CHECK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while waiting for a topic", e);
        }
    }
}
