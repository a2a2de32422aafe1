package io.stillstream.scorer.topology;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks with the broker, before anything starts, that the scorer's topics exist and accept its records. */
final class ScorerTopics {

    private static final Logger LOG = LoggerFactory.getLogger(ScorerTopics.class);
    private static final long PATIENCE_SECONDS = 30;

    private ScorerTopics() {}

    /**
     * The topic of prompts.
     *
     * @throws ScorerException when the broker does not answer or a topic is missing
     */
    static TopicDescription prompts(Admin admin, Topics topics, String bootstrapServers) {
        List<String> needed = List.of(topics.prompts(), topics.teacherTargets(), topics.deadLetters());
        try {
            DescribeTopicsResult described = admin.describeTopics(needed);
            for (String topic : needed) {
                requireDescribed(described, topic, bootstrapServers);
            }
            return described(described, topics.prompts());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while asking " + bootstrapServers + " for its topics", e);
        } catch (TimeoutException e) {
            throw new ScorerException(unreachable(bootstrapServers), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new ScorerException(
                        "Kafka at " + bootstrapServers + " lacks one of the topics " + needed + "; create it first", e);
            }
            throw new ScorerException(unreachable(bootstrapServers) + ": " + e.getCause(), e);
        }
    }

    private static void requireDescribed(DescribeTopicsResult asked, String topic, String bootstrapServers)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            TopicDescription unused = described(asked, topic);
        } catch (ExecutionException e) {
            if (AccessDenied.isReasonOf(e)) {
                throw new ScorerException(
                        "Kafka at " + bootstrapServers + " does not describe the topic " + topic + ": "
                                + AccessDenied.reason(e, "Describe", ""),
                        e);
            }
            throw e;
        }
    }

    private static TopicDescription described(DescribeTopicsResult asked, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        return Objects.requireNonNull(asked.topicNameValues().get(topic)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Compares the largest record that the scorer may write with the topics' limits, where the broker reports them.
     *
     * @throws ScorerException when a topic would refuse a record that the scorer takes for small enough
     */
    static void requireRoom(Admin admin, Topics topics, int maxRecordBytes) {
        int largest = maxRecordBytes + ScorerConfig.RECORD_MARGIN;
        List<ConfigResource> written = Stream.of(topics.teacherTargets(), topics.deadLetters())
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        try {
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(written).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            for (ConfigResource topic : written) {
                ConfigEntry limit =
                        Objects.requireNonNull(configs.get(topic)).get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
                if (limit != null && Integer.parseInt(limit.value()) < largest) {
                    throw new ScorerException("the topic " + topic.name() + " takes records of at most " + limit.value()
                            + " bytes (max.message.bytes) and scorer.max-record-bytes is " + maxRecordBytes
                            + ", which needs " + largest + "; make the one larger or the other smaller");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while asking for the limits of " + written, e);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn(
                    "the broker does not report the topics' max.message.bytes ({}); if they are below {}, a record may be"
                            + " refused",
                    AccessDenied.reason(e, "DescribeConfigs", ""),
                    largest);
        }
    }

    /**
     * Warns where targets are deleted before their prompts are. They keep their prompt's timestamp, by which the trainer orders them
     * and by which Kafka deletes them.
     */
    static void warnOfRetention(Admin admin, Topics topics) {
        var prompts = new ConfigResource(ConfigResource.Type.TOPIC, topics.prompts());
        var targets = new ConfigResource(ConfigResource.Type.TOPIC, topics.teacherTargets());
        try {
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(List.of(prompts, targets)).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            retentionWarning(
                            topics,
                            Objects.requireNonNull(configs.get(prompts)),
                            Objects.requireNonNull(configs.get(targets)))
                    .ifPresent(LOG::warn);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while asking how long " + topics.prompts() + " is kept", e);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn(
                    "the broker does not report the topics' retention.ms ({}); that of {} has to be no shorter than that of {}",
                    AccessDenied.reason(e, "DescribeConfigs", ""),
                    topics.teacherTargets(),
                    topics.prompts());
        }
    }

    /** Empty where targets are kept as long as prompts, or where the broker does not say. */
    static Optional<String> retentionWarning(Topics topics, Config prompts, Config targets) {
        Long kept = retention(prompts);
        Long keptTargets = retention(targets);
        if (kept == null || keptTargets == null || keptTargets >= kept) {
            return Optional.empty();
        }
        return Optional.of("retention.ms of " + topics.teacherTargets() + " is " + words(keptTargets) + " and that of "
                + topics.prompts() + " is " + words(kept)
                + ": targets keep their prompt's timestamp, so Kafka deletes those of prompts older than "
                + days(keptTargets)
                + " as soon as they are written, and a trainer that is behind never reads them; make"
                + " the retention of " + topics.teacherTargets() + " at least as long");
    }

    /** In milliseconds; the largest number where nothing is deleted for its age, null where the broker does not say. */
    private static @Nullable Long retention(Config config) {
        ConfigEntry retention = config.get(TopicConfig.RETENTION_MS_CONFIG);
        ConfigEntry policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (retention == null || retention.value() == null) {
            return null;
        }
        boolean deleted =
                policy == null || policy.value() == null || policy.value().contains(TopicConfig.CLEANUP_POLICY_DELETE);
        long millis = Long.parseLong(retention.value());
        return deleted && millis >= 0 ? millis : Long.MAX_VALUE;
    }

    private static String words(long retention) {
        return retention == Long.MAX_VALUE ? "unlimited" : retention + " (" + days(retention) + ")";
    }

    private static String days(long millis) {
        return String.format(Locale.ROOT, "%.1f days", millis / (double) TimeUnit.DAYS.toMillis(1));
    }

    private static String unreachable(String bootstrapServers) {
        return "Kafka at " + bootstrapServers + " does not answer; is the address right and the broker running?";
    }
}
