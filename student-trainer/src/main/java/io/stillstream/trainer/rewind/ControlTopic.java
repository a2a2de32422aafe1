package io.stillstream.trainer.rewind;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindKeys;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rollout.codec.RewindAnswerCodec;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.source.KafkaClients;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code student-training-control} in a thread of its own, all of it at each start, and writes the answers. Whatever is
 * wrong with a record, or with the brokers, is logged, and training never waits for it.
 */
public final class ControlTopic implements RewindOrders {

    private static final Logger LOG = LoggerFactory.getLogger(ControlTopic.class);

    /** How late an order may be read, and an answer written. */
    private static final Duration POLL = Duration.ofMillis(100);

    /** Before brokers that failed are asked again. */
    private static final long PAUSE_MILLIS = 1000;

    private static final long CLOSING_SECONDS = 5;

    private final Map<String, ?> kafka;
    private final String topic;
    private final TrainerMeters meters;
    private final Thread thread;
    private final CountDownLatch known = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile boolean quiet;
    /** Whether the last failure was for want of a right. For the thread alone. */
    private boolean denied;

    private String trainer = "";

    // guarded by this
    private final Map<String, RewindOrder> waiting = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Queue<RewindAnswer> answers = new ArrayDeque<>();

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    public ControlTopic(Map<String, ?> kafka, String topic, TrainerMeters meters) {
        this.kafka = kafka;
        this.topic = topic;
        this.meters = meters;
        this.thread = DaemonThreads.named("training-control").newThread(this::run);
    }

    @Override
    public void begin(String id, Duration patience) {
        trainer = id;
        thread.start();
        try {
            if (!known.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "{} was not read within {} s; orders on it are obeyed as soon as it is",
                        topic,
                        patience.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while " + topic + " was read", e);
        }
    }

    @Override
    public synchronized @Nullable RewindOrder next() {
        if (known.getCount() > 0 || waiting.isEmpty()) {
            return null;
        }
        String first = waiting.keySet().iterator().next();
        return waiting.remove(first);
    }

    @Override
    public synchronized void answer(RewindAnswer answer) {
        answers.add(answer);
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSING_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            try (Consumer<byte[], byte[]> consumer = KafkaClients.consumer(kafka, "control")) {
                List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                        .map(found -> new TopicPartition(topic, found.partition()))
                        .toList();
                if (partitions.isEmpty()) {
                    // Whoever gives the first order creates it.
                    known.countDown();
                    pause();
                } else {
                    follow(consumer, partitions);
                }
            } catch (KafkaException | TrainerException e) {
                denied = AccessDenied.isReasonOf(e);
                if (!quiet) {
                    LOG.warn(
                            "{} cannot be read or written ({}); it is tried again",
                            topic,
                            AccessDenied.reason(e, "Read or Write", ""));
                }
                quiet = true;
                pause();
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        try (Producer<byte[], byte[]> producer = KafkaClients.producer(kafka, "control")) {
            while (true) {
                consumer.poll(POLL).forEach(this::take);
                if (known.getCount() > 0
                        && ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                    known.countDown();
                }
                // A poll that was denied comes after one that found nothing.
                quiet = quiet && denied;
                boolean last = closing;
                tell(producer);
                if (last) {
                    return;
                }
            }
        }
    }

    private void tell(Producer<byte[], byte[]> producer) {
        for (RewindAnswer answer = first(); answer != null; answer = first()) {
            try {
                var unused = producer.send(new ProducerRecord<>(
                                topic, 0, RewindKeys.bytes(RewindKeys.of(answer)), RewindAnswerCodec.encode(answer)))
                        .get();
            } catch (ExecutionException e) {
                throw new KafkaException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainerException("interrupted while an answer was sent to " + topic, e);
            }
            told();
        }
    }

    private synchronized @Nullable RewindAnswer first() {
        return answers.peek();
    }

    private synchronized void told() {
        answers.remove();
    }

    private synchronized void take(ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null || found.value() == null) {
            return;
        }
        String key = RewindKeys.text(found.key());
        try {
            if (RewindKeys.isAnswer(key)) {
                RewindAnswer answer = RewindAnswerCodec.decode(found.value());
                if (answer.trainer().equals(trainer)) {
                    seen.add(answer.order());
                    waiting.remove(answer.order());
                }
            } else if (RewindKeys.isOrder(key)) {
                take(RewindOrderCodec.decode(found.value()), key);
            } else if (seen.add(where(found))) {
                refuse(where(found) + ", key '" + key + "', is neither an order nor an answer");
            }
        } catch (ContractException e) {
            if (seen.add(where(found))) {
                refuse(where(found) + " is passed over: " + e.getMessage());
            }
        }
    }

    private void take(RewindOrder order, String key) {
        if (!key.equals(RewindKeys.of(order))) {
            throw new ContractException("the order " + order.id() + " stands under the key of another one");
        }
        if (!seen.add(order.id())) {
            return;
        }
        String addressed = order.request().trainer();
        if (addressed.isEmpty() || addressed.equals(trainer)) {
            waiting.put(order.id(), order);
        } else {
            refuse("the rewind of decision " + order.decision() + " is for the trainer " + addressed
                    + ", and this one is " + trainer);
        }
    }

    private String where(ConsumerRecord<byte[], byte[]> found) {
        return topic + "-" + found.partition() + "@" + found.offset();
    }

    private void refuse(String why) {
        LOG.warn("no rewind: {}", why);
        meters.recordRewind(false);
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }
}
