package io.stillstream.scorer.topology;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.broker.GroupLag;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.processor.ScorerTopology;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running scorer. It stops when {@link #stop} is called, or by itself at the first failure that is no single prompt's fault:
 * {@link #awaitTermination()} throws that failure, and a restart continues where the last transaction ended. The caller closes
 * the teacher.
 */
public final class ScorerStage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScorerStage.class);
    private static final Duration LAG_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final KafkaStreams streams;
    private final Admin admin;
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final InstanceLock instanceLock;
    private final CrashJournal journal;
    private final ScorerConfig config;
    private final String prompts;
    private final List<String> memberNames;
    private final GroupLag lag;
    private final OffsetKeeper keeper;

    private ScorerStage(
            KafkaStreams streams,
            Admin admin,
            InstanceLock instanceLock,
            CrashJournal journal,
            List<String> memberNames,
            RememberedOffsets offsets,
            ScorerConfig config,
            Topics topics,
            ScorerMeters meters) {
        this.streams = streams;
        this.admin = admin;
        this.instanceLock = instanceLock;
        this.journal = journal;
        this.memberNames = memberNames;
        this.config = config;
        this.prompts = topics.prompts();
        streams.setUncaughtExceptionHandler(this::fail);
        streams.setStateListener((now, before) -> changed(now));
        streams.start();
        lag = GroupLag.start(
                admin, config.applicationId(), prompts, meters.lag(), LAG_INTERVAL, this::assigned, this::stopScoring);
        keeper = OffsetKeeper.start(admin, config.applicationId(), prompts, offsets);
    }

    /**
     * @param kafka further properties for Kafka's clients; see {@link StreamsProperties}
     * @throws ScorerException when the broker cannot be reached, a topic is missing or a property is invalid
     */
    public static ScorerStage start(
            ScorerConfig config,
            Topics topics,
            String bootstrapServers,
            Map<String, Object> kafka,
            Teacher teacher,
            ScorerMeters meters) {
        LOG.info("the teacher is {}", teacher.identity().name());
        Map<String, Object> adminProperties = new HashMap<>(kafka);
        adminProperties.keySet().removeIf(name -> name.startsWith(StreamsConfig.PRODUCER_PREFIX));
        adminProperties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        Admin admin = null;
        InstanceLock instanceLock = null;
        try {
            admin = Admin.create(adminProperties);
            TopicDescription prompts = ScorerTopics.prompts(admin, topics, bootstrapServers);
            int partitions = prompts.partitions().size();
            ScorerTopics.requireRoom(admin, topics, config.maxRecordBytes());
            ScorerTopics.warnOfRetention(admin, topics);
            instanceLock = InstanceLock.take(config.stateDirectory(), config.applicationId());
            var clients = new StaticMemberClientSupplier(config.applicationId(), instanceLock.name());
            OpenTransactions.abort(admin, clients.transactionalIds(config.streamThreads()));
            List<String> memberNames = clients.memberNames(config.streamThreads());
            var offsets = new RememberedOffsets(config, topics.prompts(), prompts.topicId());
            new ScoredTopic(admin, config, topics.prompts(), prompts.topicId(), offsets).require(memberNames);
            CrashJournal journal =
                    instanceLock.crashJournal(topics.prompts() + " " + prompts.topicId(), config.maxDeaths());
            Topology topology = ScorerTopology.of(config, topics, teacher, journal, meters, Clock.systemUTC());
            var properties = new Properties();
            properties.putAll(StreamsProperties.of(config, partitions, instanceLock.name(), bootstrapServers, kafka));
            var streams = new KafkaStreams(topology, properties, clients);
            var stage = new ScorerStage(
                    streams, admin, instanceLock, journal, memberNames, offsets, config, topics, meters);
            LOG.info(
                    "scoring {} partitions of {} as {}, transactions of at most {}",
                    partitions,
                    topics.prompts(),
                    instanceLock.name(),
                    StreamsProperties.transactionTimeout(config.worstBatch(), partitions));
            return stage;
        } catch (KafkaException | ScorerException e) {
            if (instanceLock != null) {
                instanceLock.close();
            }
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
            throw e instanceof ScorerException known
                    ? known
                    : new ScorerException(
                            "the teacher-scorer cannot start on " + bootstrapServers + ": "
                                    + StreamsFailure.message(e, transactionalIds(config)),
                            e);
        }
    }

    /**
     * Returns once the scorer has stopped.
     *
     * @throws ScorerException with its cause when it stopped by itself
     */
    public void awaitTermination() throws InterruptedException {
        terminated.await();
        Throwable cause = failure.get();
        if (cause != null) {
            throw new ScorerException(
                    "the teacher-scorer has stopped: " + StreamsFailure.message(cause, transactionalIds(config)),
                    cause);
        }
    }

    /**
     * Finishes the current batch, commits and leaves the consumer group. Prompts in the buffer stay there and are scored after
     * the next start.
     *
     * @return whether it stopped in time
     */
    public boolean stop(Duration timeout) {
        journal.ignoreFurtherDeaths();
        lag.close();
        boolean stopped = streams.close(
                CloseOptions.timeout(timeout).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
        keeper.close();
        if (StreamsFailure.isOfMissingTopic(failure.get())) {
            GroupMembers.remove(admin, config.applicationId(), memberNames);
        }
        admin.close(Duration.ZERO);
        if (stopped) {
            instanceLock.close();
        } else {
            LOG.warn("the teacher-scorer did not stop within {} s", timeout.toSeconds());
        }
        return stopped;
    }

    @Override
    public void close() {
        stop(CLOSE_TIMEOUT);
    }

    /** Fails when only a restart can help. */
    public HealthCheck liveness() {
        KafkaStreams.State state = streams.state();
        return new HealthCheck(
                state != KafkaStreams.State.ERROR && state != KafkaStreams.State.PENDING_ERROR, state.name());
    }

    /**
     * Fails while no partition is processed, at the start and during a rebalance, and while the group has read further than
     * the topic goes.
     */
    public HealthCheck readiness() {
        KafkaStreams.State state = streams.state();
        String problem = lag.problem();
        return new HealthCheck(
                state == KafkaStreams.State.RUNNING && problem.isEmpty(),
                state.name() + (problem.isEmpty() ? "" : ": " + problem));
    }

    /** The meters of Kafka Streams and its clients. */
    public MeterBinder kafkaMeters() {
        return new KafkaStreamsMetrics(streams, Tags.of("stage", Stage.SCORER.label()));
    }

    private static String transactionalIds(ScorerConfig config) {
        return config.applicationId() + "-…";
    }

    private Set<Integer> assigned() {
        return streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .flatMap(task -> task.topicPartitions().stream())
                .filter(partition -> partition.topic().equals(prompts))
                .map(TopicPartition::partition)
                .collect(Collectors.toSet());
    }

    private StreamThreadExceptionResponse fail(Throwable cause) {
        failure.compareAndSet(
                null,
                StreamsFailure.isOfMissingTopic(cause)
                        ? new ScorerException("the topic " + prompts + " was deleted while it was scored", cause)
                        : cause);
        LOG.error(
                "the teacher-scorer stops: {}",
                StreamsFailure.message(Objects.requireNonNull(failure.get()), transactionalIds(config)));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Its offsets are of other records now: going on would pass over new ones. */
    private void stopScoring(String why) {
        if (failure.compareAndSet(null, new ScorerException(why))) {
            LOG.error("the teacher-scorer stops: {}", why);
            streams.close(Duration.ZERO);
        }
    }

    private void changed(KafkaStreams.State now) {
        LOG.debug("the teacher-scorer is {}", now);
        if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
            terminated.countDown();
        }
    }
}
