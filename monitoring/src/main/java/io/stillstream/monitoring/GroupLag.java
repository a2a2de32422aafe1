package io.stillstream.monitoring;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker at an interval how far a consumer group has committed and keeps a {@link ConsumerLag} up to date. A
 * partition without a commit lags by all of its records. The caller owns the admin client and closes it after this. While the
 * broker does not answer, the last values stay.
 */
public final class GroupLag implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupLag.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Admin admin;
    private final String group;
    private final String topic;
    private final ConsumerLag lag;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "group-lag");
        thread.setDaemon(true);
        return thread;
    });

    private GroupLag(Admin admin, String group, String topic, ConsumerLag lag) {
        this.admin = admin;
        this.group = group;
        this.topic = topic;
        this.lag = lag;
    }

    public static GroupLag start(Admin admin, String group, String topic, ConsumerLag lag, Duration interval) {
        var groupLag = new GroupLag(admin, group, topic, lag);
        var unused = groupLag.scheduler.scheduleWithFixedDelay(
                groupLag::sample, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return groupLag;
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
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        Map<TopicPartition, Long> earliest = offsets(partitions, OffsetSpec.earliest());
        offsets(partitions, OffsetSpec.latest()).forEach((partition, end) -> {
            OffsetAndMetadata commit = committed.get(partition);
            long next = commit == null
                    ? earliest.getOrDefault(partition, ListOffsetsResponse.UNKNOWN_OFFSET)
                    : commit.offset();
            lag.record(topic, partition.partition(), Math.max(0, end - Math.max(0, next)));
        });
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
