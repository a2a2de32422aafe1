package io.stillstream.serving.onpolicy;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.serving.OnPolicyMeters;
import io.stillstream.serving.weights.ServedWeights;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The on-policy lane: a share of the stream's prompts is answered by the snapshot that is served, and the answers go to the same
 * topic as any other prompt with a response. Prompts and answers are one transaction: each prompt is answered once, whatever dies.
 * A group that is new begins with the prompts that come from then on. While nothing is served, or callers take all slots, prompts
 * wait in the topic. A thread of its own.
 */
public final class OnPolicyLane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OnPolicyLane.class);

    private static final Duration LOOK = Duration.ofMillis(200);

    /** Until brokers are tried again. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For brokers that do not answer while this is closed. */
    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    private final AnswerPromptsConfig config;
    private final Map<String, Object> kafka;
    private final String topic;
    private final ChosenPrompts chosen;
    private final PromptAnswers answers;
    private final ServedWeights weights;
    private final OnPolicyMeters meters;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean away;

    private OnPolicyLane(
            AnswerPromptsConfig config,
            Map<String, ?> kafka,
            String topic,
            ServedWeights weights,
            OnPolicyMeters meters) {
        this.config = config;
        this.kafka = Map.copyOf(kafka);
        this.topic = topic;
        this.chosen = new ChosenPrompts(config.share());
        this.answers = new PromptAnswers(config, weights, meters, Clock.systemUTC(), this::isClosed);
        this.weights = weights;
        this.meters = meters;
        this.thread = DaemonThreads.named("on-policy").newThread(this::run);
    }

    /**
     * Answers from now on; brokers need not be there.
     *
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param topic the topic of prompts
     * @param weights are there until this is closed
     */
    public static OnPolicyLane start(
            AnswerPromptsConfig config,
            Map<String, ?> kafka,
            String topic,
            ServedWeights weights,
            OnPolicyMeters meters) {
        var lane = new OnPolicyLane(config, kafka, topic, weights, meters);
        lane.thread.start();
        return lane;
    }

    private void run() {
        while (!isClosed()) {
            try (LaneClients clients = LaneClients.open(config, kafka)) {
                clients.consumer().partitionsFor(topic, PATIENCE);
                clients.producer().initTransactions();
                var attempts = new Attempts();
                clients.consumer().subscribe(List.of(topic), new StartingPoints(clients.consumer(), attempts));
                follow(clients.consumer(), new LaneTransaction(clients.producer(), topic, meters), attempts);
            } catch (KafkaException e) {
                isAway(e);
                pause();
            } catch (RuntimeException e) {
                LOG.error("prompts could not be answered; they are tried again", e);
                pause();
            }
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void follow(Consumer<byte[], byte[]> consumer, LaneTransaction transaction, Attempts attempts) {
        while (!isClosed()) {
            if (weights.current().isPresent()) {
                consumer.resume(consumer.paused());
            } else {
                consumer.pause(consumer.assignment());
            }
            List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> found : consumer.poll(LOOK)) {
                if (attempts.isSuspect(partition(found), found.offset())) {
                    answer(batch, consumer, transaction, attempts);
                    batch = new ArrayList<>(List.of(found));
                    answer(batch, consumer, transaction, attempts);
                    batch = new ArrayList<>();
                } else {
                    batch.add(found);
                }
            }
            answer(batch, consumer, transaction, attempts);
            if (!consumer.assignment().isEmpty()) {
                isThere();
            }
            showLag(consumer);
        }
    }

    /** Answers what is to be answered of some records, and commits all of them. */
    private void answer(
            List<ConsumerRecord<byte[], byte[]>> batch,
            Consumer<byte[], byte[]> consumer,
            LaneTransaction transaction,
            Attempts attempts) {
        if (batch.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> from = new LinkedHashMap<>();
        Map<TopicPartition, Long> to = new LinkedHashMap<>();
        List<Prompt> prompts = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> found : batch) {
            from.putIfAbsent(partition(found), found.offset());
            to.put(partition(found), found.offset() + 1);
            if (attempts.isPoison(partition(found), found.offset())) {
                LOG.warn(
                        "{}@{} is passed over: the process died while it was answered alone",
                        partition(found),
                        found.offset());
                meters.recordPassedOver();
            } else {
                read(found).filter(chosen).ifPresent(prompts::add);
            }
        }
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        to.forEach((partition, end) -> done.put(partition, attempts.after(partition, end)));
        if (prompts.isEmpty()) {
            consumer.commitSync(done);
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> trying = new HashMap<>();
        from.forEach((partition, first) ->
                trying.put(partition, attempts.before(partition, first, to.getOrDefault(partition, first))));
        consumer.commitSync(trying);
        Optional<List<Prompt>> answered = answers.of(prompts);
        if (answered.isEmpty()) {
            from.forEach((partition, first) -> consumer.seek(partition, first));
            Map<TopicPartition, OffsetAndMetadata> undone = new HashMap<>();
            from.forEach((partition, first) -> undone.put(partition, attempts.after(partition, first)));
            consumer.commitSync(undone);
            return;
        }
        transaction.write(answered.get(), done, consumer.groupMetadata());
    }

    /** Empty for what is no prompt: the scorer tells of it. */
    private static Optional<Prompt> read(ConsumerRecord<byte[], byte[]> found) {
        Header marker = found.headers().lastHeader(EndOfSource.HEADER);
        if (found.value() == null || (marker != null && EndOfSource.isMarkedBy(marker.value()))) {
            return Optional.empty();
        }
        try {
            return Optional.of(PromptCodec.decode(found.value()));
        } catch (ContractException e) {
            LOG.debug("{}@{} is no prompt", partition(found), found.offset(), e);
            return Optional.empty();
        }
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> found) {
        return new TopicPartition(found.topic(), found.partition());
    }

    private void showLag(Consumer<byte[], byte[]> consumer) {
        long lag = 0;
        for (TopicPartition partition : consumer.assignment()) {
            lag += consumer.currentLag(partition).orElse(0);
        }
        meters.showLag(lag);
    }

    private void isThere() {
        if (away) {
            away = false;
            LOG.info("brokers are there again: prompts are answered");
        }
    }

    private void isAway(KafkaException e) {
        if (!away) {
            away = true;
            LOG.warn(
                    "no prompts are answered: {}; it is tried again",
                    AccessDenied.reason(e, "Read or Write", LaneClients.transactionalId(config, "…")));
        }
    }

    private void pause() {
        try {
            var unused = closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nobody but this class knows the thread.
            throw new IllegalStateException("the on-policy lane was interrupted", e);
        }
    }

    /** Ends what is being answered; it is answered after the next start. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(LONGEST_END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
