package io.stillstream.monitoring.broker;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.stage.ConsumerLag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker at an interval how far a consumer group has committed and keeps a {@link ConsumerLag} up to date, of those
 * partitions that this process reads: the sum over all processes is the group's. A partition without a commit lags by all of
 * its records; that of one with a commit beyond its end is not known. The caller owns the admin client and closes it after
 * this. While the broker does not answer, the last values stay.
 */
public final class GroupLag implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupLag.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Admin admin;
    private final String group;
    private final String topic;
    private final ConsumerLag lag;
    private final Supplier<Set<Integer>> assigned;
    private final Consumer<String> whenRecreated;
    private final Set<Integer> reported = new HashSet<>();
    private @Nullable Uuid topicId;
    private volatile String problem = "";
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("group-lag"));

    private GroupLag(
            Admin admin,
            String group,
            String topic,
            ConsumerLag lag,
            Supplier<Set<Integer>> assigned,
            Consumer<String> whenRecreated) {
        this.admin = admin;
        this.group = group;
        this.topic = topic;
        this.lag = lag;
        this.assigned = assigned;
        this.whenRecreated = whenRecreated;
    }

    /**
     * @param assigned the partitions that this process reads at the moment
     * @param whenRecreated told, in one sentence, that the topic is another than it was at the start
     */
    public static GroupLag start(
            Admin admin,
            String group,
            String topic,
            ConsumerLag lag,
            Duration interval,
            Supplier<Set<Integer>> assigned,
            Consumer<String> whenRecreated) {
        var groupLag = new GroupLag(admin, group, topic, lag, assigned, whenRecreated);
        var unused = groupLag.scheduler.scheduleWithFixedDelay(
                groupLag::sample, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return groupLag;
    }

    /** What is wrong with the topic, in one sentence; empty while nothing is known to be. */
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }

    private void sample() {
        try {
            measure();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // An exception that left this method would end the schedule, and the broker may be back in a moment.
            LOG.debug("could not read the lag of group {} on {}", group, topic, e);
        }
    }

    private void measure() throws ExecutionException, InterruptedException, TimeoutException {
        TopicDescription description = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .get(topic);
        if (description == null) {
            return;
        }
        List<TopicPartition> partitions = description.partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        if (topicId != null && !topicId.equals(description.topicId())) {
            problem = "the topic " + topic + " was deleted and made anew: its id is " + description.topicId()
                    + " and was " + topicId;
            whenRecreated.accept(problem);
            return;
        }
        topicId = description.topicId();
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        Map<TopicPartition, Long> earliest = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> latest = offsets(partitions, OffsetSpec.latest());
        Set<Integer> ours = assigned.get();
        List<String> beyond = new ArrayList<>();
        latest.forEach((partition, end) -> {
            OffsetAndMetadata commit = committed.get(partition);
            if (commit != null && commit.offset() > end) {
                beyond.add(partition + " was read to offset " + commit.offset() + " and ends at " + end);
            }
            if (ours.contains(partition.partition())) {
                long next = commit == null ? earliest.getOrDefault(partition, 0L) : commit.offset();
                report(partition.partition(), end - next);
            }
        });
        forgetAllBut(ours);
        problem = String.join(", ", beyond);
    }

    private void report(int partition, long records) {
        reported.add(partition);
        if (records < 0) {
            lag.recordUnknown(topic, partition);
        } else {
            lag.record(topic, partition, records);
        }
    }

    private void forgetAllBut(Set<Integer> ours) {
        for (int partition : Set.copyOf(reported)) {
            if (!ours.contains(partition)) {
                lag.forget(topic, partition);
                reported.remove(partition);
            }
        }
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> found = admin.listOffsets(
                        specs, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        found.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }
}
