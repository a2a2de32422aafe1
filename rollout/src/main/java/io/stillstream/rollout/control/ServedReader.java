package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.OnPolicyAnswer;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.broker.ReadPatience;
import io.stillstream.rollout.judge.Judge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what was served, and what the teacher says of it, from the beginning of a rollout on. What cannot be read is counted and
 * passed over. For one thread.
 */
final class ServedReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServedReader.class);

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_POLLS = 100;
    private static final double NATS_PER_BIT = Math.log(2);

    private final Consumer<byte[], byte[]> consumer;
    private final Topics topics;
    private final Instant began;
    private final Runnable unreadable;

    /**
     * @param began when the rollout did, by the controller's clock
     * @param unreadable called for each record that cannot be read
     */
    ServedReader(Consumer<byte[], byte[]> consumer, Topics topics, Instant began, Runnable unreadable) {
        this.consumer = consumer;
        this.topics = topics;
        this.began = began;
        this.unreadable = unreadable;
    }

    /** How many answers of a candidate the controller was told of since then. Call it before {@link #read}. */
    long told(String candidate) {
        var inputs = new TopicPartition(topics.rolloutInputs(), 0);
        Map<TopicPartition, Long> ends = seek(List.of(inputs));
        long end = ends.getOrDefault(inputs, 0L);
        long told = 0;
        var patience = new ReadPatience(inputs.toString(), PATIENCE);
        while (consumer.position(inputs) < end) {
            for (ConsumerRecord<byte[], byte[]> found : consumer.poll(POLL)) {
                told += found.offset() < end ? requests(found, candidate) : 0;
            }
            patience.at(consumer.position(inputs));
        }
        List<TopicPartition> served = new ArrayList<>();
        for (String topic : List.of(topics.servedOutcomes(), topics.teacherTargets())) {
            consumer.partitionsFor(topic)
                    .forEach(partition -> served.add(new TopicPartition(topic, partition.partition())));
        }
        seek(served);
        return told;
    }

    private static long requests(ConsumerRecord<byte[], byte[]> found, String candidate) {
        try {
            return found.value() != null
                            && RolloutInputCodec.decode(found.value()) instanceof RolloutInput.Observation observation
                            && observation.candidate().equals(candidate)
                    ? observation.requests()
                    : 0;
        } catch (ContractException e) {
            // The controller warns of it.
            return 0;
        }
    }

    /** To the first records since the rollout began, or else to the present ends, which are returned. */
    private Map<TopicPartition, Long> seek(Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
        // The ends first: what comes in between is read.
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, began.toEpochMilli()));
        Map<TopicPartition, OffsetAndTimestamp> first = consumer.offsetsForTimes(times);
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp found = first.get(partition);
            consumer.seek(partition, found == null ? ends.getOrDefault(partition, 0L) : found.offset());
        }
        return ends;
    }

    /** Tells a judge what has come by now; bounded, so that it looks in between. */
    void read(Judge judge) {
        for (int i = 0; i < MOST_POLLS; i++) {
            ConsumerRecords<byte[], byte[]> found = consumer.poll(POLL);
            if (found.isEmpty()) {
                return;
            }
            found.forEach(record -> take(record, judge));
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Judge judge) {
        Header marker = record.headers().lastHeader(EndOfSource.HEADER);
        if (record.value() == null || (marker != null && EndOfSource.isMarkedBy(marker.value()))) {
            return;
        }
        try {
            if (record.topic().equals(topics.servedOutcomes())) {
                ServedOutcome outcome = ServedOutcomeCodec.decode(record.value());
                if (!outcome.at().isBefore(began)) {
                    judge.add(outcome);
                }
            } else {
                take(TeacherTargetsCodec.decode(record.value()), judge);
            }
        } catch (ContractException e) {
            unreadable.run();
            LOG.warn(
                    "{}-{}@{} is passed over: {}", record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }

    /** Not of an answer that was written for training alone: nobody was served it, and it is drawn as no caller asked. */
    private void take(TeacherTargets targets, Judge judge) {
        String snapshot = targets.author().snapshot();
        int bytes = targets.tokens().end(targets.tokens().count() - 1);
        if (snapshot != null
                && bytes > 0
                && !targets.createdAt().isBefore(began)
                && !OnPolicyAnswer.is(targets.promptId(), targets.author())) {
            double nats =
                    targets.tokens().negativeLogLikelihood(targets.tokens().count());
            judge.addScored(snapshot, targets.conversationId(), nats / NATS_PER_BIT / bytes);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
