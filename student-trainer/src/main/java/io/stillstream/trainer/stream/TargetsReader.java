package io.stillstream.trainer.stream;

import io.stillstream.contract.ContractException;
import io.stillstream.monitoring.DeadLetterReason;
import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads all partitions of {@code teacher-targets}, one record at a time, from a position that the caller keeps: there
 * is no consumer group and nothing is committed to Kafka.
 *
 * <p>The records of a partition come in its order. Those of several partitions are merged in the order in which the
 * brokers answer. For one thread; not the consumer's owner.
 */
public final class TargetsReader {

    private static final Duration TOPIC_CHECK = Duration.ofMillis(500);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final String servers;
    private final DeadLetters deadLetters;
    private final Queue<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /**
     * @param consumer with {@code auto.offset.reset=none} and no group
     * @param servers for messages
     */
    public TargetsReader(Consumer<byte[], byte[]> consumer, String topic, String servers, DeadLetters deadLetters) {
        this.consumer = consumer;
        this.topic = topic;
        this.servers = servers;
        this.deadLetters = deadLetters;
    }

    /**
     * Places the reader. Waits for the topic to come into being: the stages may start in any order.
     *
     * @param patience how long to wait for a broker's answer, and for the topic
     * @param stopping asked while waiting
     * @return false when stopped before the topic was there
     * @throws TrainerException when no broker answers, the topic stays missing, or records were deleted unread
     */
    public boolean open(StreamPosition saved, Duration patience, BooleanSupplier stopping) {
        try {
            Set<TopicPartition> partitions = partitions(patience, stopping);
            if (partitions.isEmpty()) {
                return false;
            }
            Map<TopicPartition, Long> earliest = consumer.beginningOffsets(partitions, patience);
            Map<TopicPartition, Long> latest = consumer.endOffsets(partitions, patience);
            Map<TopicPartition, Long> starts = StartingOffsets.choose(saved, earliest, latest);
            consumer.assign(partitions);
            starts.forEach(consumer::seek);
            next.putAll(starts);
            return true;
        } catch (TimeoutException e) {
            throw new TrainerException(
                    "no Kafka broker answered at " + servers + " within " + patience.toSeconds()
                            + " s; check that it runs and that the address is right",
                    e);
        } catch (KafkaException e) {
            throw new TrainerException("could not read " + topic + ": " + e.getMessage(), e);
        }
    }

    /** The next record that decodes, if one comes in time. What does not decode is set aside and passed over. */
    public Optional<TargetsRecord> next(Duration timeout) {
        if (fetched.isEmpty()) {
            poll(timeout);
        }
        while (!fetched.isEmpty()) {
            TargetsRecord record = decode(fetched.remove());
            if (record != null) {
                return Optional.of(record);
            }
        }
        return Optional.empty();
    }

    /**
     * The place from which nothing would be missed by a reader that starts there.
     *
     * @param waiting records handed out that are not dealt with yet
     */
    public StreamPosition position(Collection<TargetsRecord> waiting) {
        Map<TopicPartition, Long> position = new HashMap<>(next);
        waiting.forEach(record -> position.merge(record.partition(), record.offset(), Math::min));
        return StreamPosition.of(position);
    }

    /** How many records of each partition have yet to be handed out, as far as is known. */
    public Map<TopicPartition, Long> lag() {
        Map<TopicPartition, Long> lag = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong behind = consumer.currentLag(partition);
            behind.ifPresent(records -> lag.put(partition, records));
        }
        for (ConsumerRecord<byte[], byte[]> record : fetched) {
            lag.merge(new TopicPartition(record.topic(), record.partition()), 1L, Long::sum);
        }
        return lag;
    }

    private void poll(Duration timeout) {
        try {
            consumer.poll(timeout).forEach(fetched::add);
        } catch (InvalidOffsetException e) {
            throw new TrainerException(
                    "records of " + e.partitions() + " were deleted before they were trained on; lengthen the retention"
                            + " of " + topic + " and start again: the message will say what is missing",
                    e);
        } catch (KafkaException e) {
            throw new TrainerException("could not read " + topic + ": " + e.getMessage(), e);
        }
    }

    private @Nullable TargetsRecord decode(ConsumerRecord<byte[], byte[]> raw) {
        next.put(new TopicPartition(raw.topic(), raw.partition()), raw.offset() + 1);
        try {
            return TargetsRecord.decode(raw);
        } catch (ContractException e) {
            deadLetters.send(raw, DeadLetterReason.UNREADABLE_RECORD, String.valueOf(e.getMessage()));
            return null;
        }
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
