package io.stillstream.scorer.topology;

import io.stillstream.contract.Topics;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.processor.ScorerTopology;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the prompts that a topic held at one moment have been scored, whichever scorers of the group do it.
 *
 * <p>A prompt is scored when three things hold, in this order. The group has committed an offset after it, so it was
 * taken. The buffer's changelog no longer holds it, so its batch was scored in a transaction that is complete. And that
 * transaction is complete on {@code teacher-targets} too, so that a reader of committed records sees the result: a
 * transaction ends on one partition after the other. For one thread.
 */
public final class ScorerBacklog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScorerBacklog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);
    /** A long changelog is read in several calls. */
    private static final Duration LONGEST_READ = Duration.ofSeconds(2);

    private final Admin admin;
    private final Consumer<Long, byte[]> changelog;
    private final String group;
    private final String changelogTopic;
    private final String targetsTopic;
    private final Map<TopicPartition, Long> ends;

    /** By partition, the offsets of the prompts of this backlog that the changelog was found to hold. */
    private final Map<Integer, Set<Long>> buffered = new HashMap<>();

    private boolean taken;
    private boolean emptied;
    private Map<TopicPartition, Long> changelogEnds = Map.of();
    private Map<TopicPartition, Long> targetsEnds = Map.of();

    private ScorerBacklog(
            Admin admin,
            Consumer<Long, byte[]> changelog,
            ScorerConfig config,
            Topics topics,
            Map<TopicPartition, Long> ends) {
        this.admin = admin;
        this.changelog = changelog;
        this.group = config.applicationId();
        this.changelogTopic = config.applicationId() + "-" + ScorerTopology.BUFFER + "-changelog";
        this.targetsTopic = topics.teacherTargets();
        this.ends = ends;
    }

    /**
     * The backlog of all prompts that the topic holds now.
     *
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @throws ScorerException when no broker answers
     */
    public static ScorerBacklog of(ScorerConfig config, Topics topics, Map<String, Object> kafka) {
        Admin admin = Admin.create(kafka);
        try {
            Map<TopicPartition, Long> ends = latest(admin, topics.prompts(), IsolationLevel.READ_UNCOMMITTED);
            return new ScorerBacklog(admin, consumer(kafka), config, topics, ends);
        } catch (InterruptedException e) {
            admin.close(Duration.ZERO);
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while reading the end of " + topics.prompts(), e);
        } catch (ExecutionException | TimeoutException e) {
            admin.close(Duration.ZERO);
            throw new ScorerException("the end of " + topics.prompts() + " cannot be read: " + e, e);
        }
    }

    /**
     * Whether all of it has been scored and committed. False too while no broker answers.
     *
     * @throws ScorerException when interrupted
     */
    public boolean isScored() {
        try {
            taken = taken || isTaken();
            emptied = emptied || (taken && isBufferEmpty());
            return emptied && isCommitted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while waiting for prompts to be scored", e);
        } catch (ExecutionException | TimeoutException | org.apache.kafka.common.errors.TimeoutException e) {
            LOG.debug("could not read how far {} has come", group, e);
            return false;
        }
    }

    /**
     * How many of its prompts have not been scored, where no scorer of the group is at work: those that none has taken, and
     * those that one took into its buffer. Markers and the ends of transactions that lie among the former count with them.
     *
     * @return empty when no broker answers
     */
    public OptionalLong unscored() {
        try {
            long waiting = untaken();
            boolean unused = isBufferEmpty();
            return OptionalLong.of(
                    waiting + buffered.values().stream().mapToLong(Set::size).sum());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (ExecutionException | TimeoutException | org.apache.kafka.common.errors.TimeoutException e) {
            LOG.warn("how many prompts have not been scored is not known: {}", e.toString());
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        changelog.close();
        admin.close(Duration.ZERO);
    }

    private boolean isTaken() throws InterruptedException, ExecutionException, TimeoutException {
        return untaken() == 0;
    }

    private long untaken() throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        Map<TopicPartition, Long> begins =
                offsets(admin, ends.keySet(), OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
        return ends.entrySet().stream()
                .mapToLong(end -> {
                    OffsetAndMetadata next = committed.get(end.getKey());
                    long deleted = begins.getOrDefault(end.getKey(), 0L);
                    return Math.max(0, end.getValue() - Math.max(next == null ? 0 : next.offset(), deleted));
                })
                .sum();
    }

    /**
     * Reads the changelog to where it ended after the prompts were taken, open transactions included: the transaction that
     * took the last of them may be complete for the group and not yet here.
     */
    private boolean isBufferEmpty() throws InterruptedException, ExecutionException, TimeoutException {
        if (changelogEnds.isEmpty()) {
            changelogEnds = latest(admin, changelogTopic, IsolationLevel.READ_UNCOMMITTED);
            if (changelog.assignment().isEmpty()) {
                changelog.assign(changelogEnds.keySet());
                changelog.seekToBeginning(changelogEnds.keySet());
            }
        }
        long deadline = System.nanoTime() + LONGEST_READ.toNanos();
        while (!isRead()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            changelog.poll(POLL).forEach(this::see);
        }
        changelogEnds = Map.of();
        return buffered.values().stream().allMatch(Set::isEmpty);
    }

    private boolean isRead() {
        return changelogEnds.entrySet().stream().allMatch(end -> changelog.position(end.getKey()) >= end.getValue());
    }

    private void see(ConsumerRecord<Long, byte[]> entry) {
        Set<Long> offsets = buffered.computeIfAbsent(entry.partition(), partition -> new HashSet<>());
        if (entry.value() == null) {
            offsets.remove(entry.key());
        } else if (isOfBacklog(entry.partition(), entry.key())) {
            offsets.add(entry.key());
        }
    }

    /** The partitions of the changelog are those of the prompts. */
    private boolean isOfBacklog(int partition, long offset) {
        return ends.entrySet().stream()
                .anyMatch(end -> end.getKey().partition() == partition && offset < end.getValue());
    }

    private boolean isCommitted() throws InterruptedException, ExecutionException, TimeoutException {
        if (targetsEnds.isEmpty()) {
            targetsEnds = latest(admin, targetsTopic, IsolationLevel.READ_UNCOMMITTED);
        }
        Map<TopicPartition, Long> committed = latest(admin, targetsTopic, IsolationLevel.READ_COMMITTED);
        return targetsEnds.entrySet().stream()
                .allMatch(end -> committed.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private static Consumer<Long, byte[]> consumer(Map<String, Object> kafka) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
        return new KafkaConsumer<>(properties, new LongDeserializer(), new ByteArrayDeserializer());
    }

    /** The offset after the last record of each partition; none where there is no such topic. */
    private static Map<TopicPartition, Long> latest(Admin admin, String topic, IsolationLevel isolation)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<TopicPartition> partitions = new HashSet<>();
        try {
            TopicDescription description = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .get(topic);
            if (description == null) {
                return Map.of();
            }
            description
                    .partitions()
                    .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Map.of();
            }
            throw e;
        }
        return offsets(admin, partitions, OffsetSpec.latest(), isolation);
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, Set<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(specs, new ListOffsetsOptions(isolation))
                .all()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }
}
