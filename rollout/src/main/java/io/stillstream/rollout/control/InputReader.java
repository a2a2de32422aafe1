package io.stillstream.rollout.control;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code rollout-inputs} one by one, from where the last decision left off. For one thread. */
final class InputReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InputReader.class);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final Queue<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
    private long next;

    /** @param next the offset of the first input to be read */
    InputReader(Consumer<byte[], byte[]> consumer, String topic, long next) {
        this.consumer = consumer;
        this.partition = new TopicPartition(topic, 0);
        this.next = next;
        consumer.assign(List.of(partition));
        consumer.seek(partition, next);
    }

    /** The offset of the next input that {@link #poll} has not given out. */
    long next() {
        return next;
    }

    /** From any thread: lets a {@link #poll} that waits, or else the next one, return without an input. */
    void wakeUp() {
        consumer.wakeup();
    }

    /** The next input that can be read; null when there is none within the time. What cannot be read is passed over. */
    @Nullable
    RolloutInput poll(Duration patience) {
        if (waiting.isEmpty()) {
            try {
                consumer.poll(patience).forEach(waiting::add);
            } catch (WakeupException e) {
                return null;
            }
        }
        for (ConsumerRecord<byte[], byte[]> found = waiting.poll(); found != null; found = waiting.poll()) {
            next = found.offset() + 1;
            try {
                if (found.value() != null) {
                    return RolloutInputCodec.decode(found.value());
                }
            } catch (ContractException e) {
                LOG.warn("{}, offset {}, is passed over: {}", partition, found.offset(), e.getMessage());
            }
        }
        return null;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
