package io.stillstream.follower;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.broker.AccessDenied;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollout's state as {@code student-rollout} has it, read on a thread of its own: a change is known as soon as it is committed.
 * While brokers are away, and where the topic was deleted, the last one that was read holds.
 */
public final class RolloutFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutFollower.class);

    private static final Duration LOOK = Duration.ofMillis(200);

    /** How long brokers may take to say what the topic has. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How often brokers are asked whether there is anything newer: silence alone does not tell that they are there. */
    private static final Duration CONFIRM = Duration.ofSeconds(1);

    /** Until it is tried again, where there is no topic yet or no broker. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<String, Object> properties;
    private final TopicPartition partition;
    private final Thread thread;
    private volatile @Nullable RolloutState state;
    private volatile String problem;
    /** When brokers last said that there is nothing newer than what was read. */
    private volatile long confirmed = System.nanoTime();

    private final AtomicLong unreadable = new AtomicLong();
    private volatile Runnable changed = () -> {};
    private volatile @Nullable KafkaConsumer<byte[], byte[]> reading;
    private final CountDownLatch tried = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private RolloutFollower(Map<String, ?> kafka, String topic) {
        properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        partition = new TopicPartition(topic, 0);
        problem = "the topic " + topic + " is not read yet";
        thread = DaemonThreads.named("rollout-follower").newThread(this::follow);
    }

    /** @param kafka client properties: {@code bootstrap.servers} and what else the user sets */
    public static RolloutFollower start(Map<String, ?> kafka, String topic) {
        var follower = new RolloutFollower(kafka, topic);
        follower.thread.start();
        return follower;
    }

    /** The state; before the first decision the initial one; empty while it could not be read. */
    public Optional<RolloutState> state() {
        return Optional.ofNullable(state);
    }

    /** Why there is no state. */
    public String problem() {
        return problem;
    }

    /** For how long nobody has said that the state is the newest: since the last answer of a broker, or else the start. */
    public Duration unconfirmed() {
        return Duration.ofNanos(System.nanoTime() - confirmed);
    }

    /** How many states could not be read. */
    public long unreadable() {
        return unreadable.get();
    }

    /** Waits until there is a state, or a reason why there is none. */
    public void await(Duration longest) {
        try {
            var unused = tried.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has something done, on this follower's thread, after each change of the state. */
    public void whenChanged(Runnable action) {
        changed = action;
        if (state != null) {
            action.run();
        }
    }

    private void follow() {
        while (!isClosed()) {
            try (var consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                reading = consumer;
                List<PartitionInfo> partitions = consumer.partitionsFor(partition.topic(), PATIENCE);
                if (partitions == null || partitions.isEmpty()) {
                    nothing("there is no topic " + partition.topic() + " any more");
                    confirmed = System.nanoTime();
                } else {
                    follow(consumer);
                }
            } catch (WakeupException e) {
                LOG.debug("no longer following the rollout", e);
            } catch (KafkaException e) {
                String found = "the topic " + partition.topic() + " cannot be read: " + AccessDenied.reading(e);
                if (!found.equals(problem)) {
                    problem = found;
                    LOG.warn("{}; what is known of the rollout holds", found);
                }
            }
            reading = null;
            tried.countDown();
            try {
                var unused = closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void follow(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
        RolloutState newest = null;
        boolean readable = true;
        boolean whole = false;
        while (!isClosed()) {
            for (ConsumerRecord<byte[], byte[]> found : consumer.poll(LOOK)) {
                if (found.key() != null
                        && found.value() != null
                        && RolloutKeys.text(found.key()).equals(RolloutKeys.STATE)) {
                    RolloutState read = decode(found);
                    readable = read != null;
                    newest = read == null ? newest : read;
                }
            }
            // What the topic held at the start is history: states that no longer hold are passed over.
            if (!whole && consumer.position(partition) >= end) {
                whole = true;
                if (newest == null && readable) {
                    nothing(partition + " holds no state any more");
                }
            }
            if (whole && newest != null && (readable || state != null)) {
                become(newest);
            }
            if (whole) {
                tried.countDown();
            }
            confirm(consumer);
        }
    }

    private void confirm(KafkaConsumer<byte[], byte[]> consumer) {
        if (unconfirmed().compareTo(CONFIRM) < 0) {
            return;
        }
        long end = consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
        if (consumer.position(partition) >= end) {
            confirmed = System.nanoTime();
        }
    }

    /** Nothing was ever rolled out; or the topic was deleted, and what was rejected must not be served for that. */
    private void nothing(String found) {
        if (state == null || RolloutState.initial().equals(state)) {
            become(RolloutState.initial());
        } else if (!found.equals(problem)) {
            problem = found;
            LOG.warn("{}; what is known of the rollout holds", found);
        }
    }

    private void become(RolloutState newest) {
        if (!newest.equals(state)) {
            state = newest;
            changed.run();
        }
    }

    private @Nullable RolloutState decode(ConsumerRecord<byte[], byte[]> found) {
        try {
            return RolloutStateCodec.decode(found.value());
        } catch (ContractException e) {
            problem = partition + ", offset " + found.offset() + ", key 'state': " + e.getMessage();
            LOG.error(
                    "{}; {}",
                    problem,
                    state == null
                            ? "nothing is known of the rollout until there is a state that can be read: 'stillstream rollout"
                                    + " repair' makes one"
                            : "what is known of the rollout holds");
            var unused = unreadable.incrementAndGet();
            return null;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        KafkaConsumer<byte[], byte[]> consumer = reading;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
