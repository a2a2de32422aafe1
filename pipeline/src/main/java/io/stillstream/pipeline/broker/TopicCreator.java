package io.stillstream.pipeline.broker;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.ClientProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the topics that a cluster does not have yet; existing topics are left as they are. Where the user may not create them,
 * somebody else has: what needs a topic that is not there says so.
 */
public final class TopicCreator {

    private static final Logger LOG = LoggerFactory.getLogger(TopicCreator.class);

    private static final int COMPACTED_SEGMENT_BYTES = 16 << 20;
    private static final Duration COMPACTED_SEGMENT_AGE = Duration.ofHours(1);
    private static final String COMPACTED_DIRTY_RATIO = "0.1";

    private final Map<String, Object> kafka;
    private final Duration timeout;

    /**
     * @param kafka client properties with {@code bootstrap.servers}
     * @param timeout how long to wait for the cluster to answer
     */
    public TopicCreator(Map<String, Object> kafka, Duration timeout) {
        this.kafka = kafka;
        this.timeout = timeout;
    }

    /**
     * @param prompts how many partitions {@code prompts} gets
     * @param targets how many partitions {@code teacher-targets} gets; the other topics have one
     * @throws PipelineException when no broker answers in time, or no client can be made of the properties
     */
    public void create(Topics topics, int prompts, int targets) {
        List<NewTopic> wanted = List.of(
                topic(topics.prompts(), prompts),
                topic(topics.teacherTargets(), targets),
                topic(topics.deadLetters(), 1),
                compacted(topics.studentSnapshots()),
                compacted(topics.producerPositions()),
                compacted(topics.studentRollout()),
                topic(topics.rolloutInputs(), 1),
                compacted(topics.trainingControl()),
                topic(topics.servedOutcomes(), 1));
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        try (Admin admin = admin(properties)) {
            Set<String> existing = admin.listTopics().names().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            List<NewTopic> missing = new ArrayList<>(wanted);
            missing.removeIf(topic -> existing.contains(topic.name()));
            create(admin, missing);
        } catch (TimeoutException e) {
            throw unreachable(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw unreachable(e);
            }
            throw new PipelineException("topics could not be created: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while topics were created", e);
        }
    }

    /** Only topics that the user may describe are known to exist: one that the user may not create may be there. */
    private void create(Admin admin, List<NewTopic> missing)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<String> denied = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<Void>> topic :
                new TreeMap<>(admin.createTopics(missing).values()).entrySet()) {
            try {
                topic.getValue().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (AccessDenied.isReasonOf(e)) {
                    denied.add(topic.getKey());
                } else if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
        if (!denied.isEmpty()) {
            LOG.info(
                    "topics that this process needs of {} have to be there: the user of these Kafka properties sees none"
                            + " of them, and lacks Create on them",
                    denied);
        }
    }

    private static Admin admin(Map<String, Object> properties) {
        try {
            return Admin.create(properties);
        } catch (KafkaException e) {
            throw ClientProblem.of(e, properties);
        }
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }

    /** Read from its beginning by whoever starts, so it is kept short: a broker compacts no segment that is still written to. */
    private static NewTopic compacted(String name) {
        return topic(name, 1)
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(COMPACTED_SEGMENT_BYTES),
                        TopicConfig.SEGMENT_MS_CONFIG,
                        Long.toString(COMPACTED_SEGMENT_AGE.toMillis()),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        COMPACTED_DIRTY_RATIO));
    }

    /** @throws PipelineException when no broker answers in time, or no client can be made of the properties */
    public void requireReachable() {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        try (Admin admin = admin(properties)) {
            admin.describeCluster().nodes().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    private PipelineException unreachable(Exception cause) {
        return new PipelineException(
                "no Kafka broker answered at " + kafka.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG) + " within "
                        + timeout.toSeconds() + " s; check that it runs and that the address and port are right",
                cause);
    }
}
