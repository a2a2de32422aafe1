package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.GroupLag;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.topology.ScorerStage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the scorer makes of a topic of prompts that is not what it was, and how far behind it says that it is. */
final class ScoredTopicIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final int PARTITIONS = 4;
    private static final String LAG = "stillstream.consumer.lag";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Map<String, Object> kafka;
    private Admin admin;
    private Teacher teacher;
    private Telemetry telemetry;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        admin = Admin.create(kafka);
        create();
        teacher = OnnxTeacher.open(TeacherConfig.of(
                BundledModels.unpack(directory.resolve("models")).teacher()));
        telemetry = telemetry();
    }

    @AfterEach
    void stop() {
        telemetry.close();
        teacher.close();
        admin.close();
        broker.close();
    }

    /** More prompts in the old topic than in the new one: the offsets of the old one are beyond its end. */
    @Test
    void start_promptsMadeAnew_isRefusedUntilItIsAccepted() throws Exception {
        send("old", 40);
        try (ScorerStage scorer = scorer(config())) {
            awaitScored(40);
        }
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        recreate();
        commit(committed);
        send("new", 12);
        assertThatThrownBy(() -> scorer(config()))
                .isInstanceOf(ScorerException.class)
                .hasMessageStartingWith("the topic prompts was deleted and made anew: its id is ")
                .hasMessageContaining(" was scored to offset ")
                .hasMessageContaining("set scorer.accept-changes=prompts-topic");
        try (ScorerStage scorer = scorer(config().withAcceptChanges(List.of(ScorerConfig.PROMPTS_TOPIC)))) {
            awaitScored(52);
            awaitReady(scorer);
        }
        // It is remembered: the next start asks no more.
        try (ScorerStage scorer = scorer(config())) {
            awaitReady(scorer);
        }
        assertThat(scored()).isEqualTo(52);
    }

    /** A state directory that is lost remembers nothing, and the offsets say it all the same. */
    @Test
    void start_committedBeyondTheEnd_isRefusedWithoutTheStateDirectoryToo() throws Exception {
        commit(Map.of(new TopicPartition(TOPICS.prompts(), 1), new OffsetAndMetadata(314)));
        assertThatThrownBy(() -> scorer(config()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("prompts-1 was scored to offset 314 and ends at 0");
    }

    /** As brokers do with a group that had no member for offsets.retention.minutes. */
    @Test
    void start_offsetsThatTheBrokersForgot_goesOnWhereItWas() throws Exception {
        send("old", 12);
        try (ScorerStage scorer = scorer(config())) {
            awaitScored(12);
            awaitReady(scorer);
        }
        forgetGroup();
        send("new", 8);
        try (ScorerStage scorer = scorer(config())) {
            patiently("all records are committed").until(() -> committedRecords() == 20);
            assertThat(scorer.liveness().passed()).isTrue();
        }
        // Markers of a transaction come to each partition by themselves: offsets can be committed before targets are
        // seen.
        awaitScored(20);

        // What another scorer has committed since is left as it is: a partition's last four of five are scored again.
        forgetGroup();
        commit(Map.of(new TopicPartition(TOPICS.prompts(), 2), new OffsetAndMetadata(1)));
        try (ScorerStage scorer = scorer(config())) {
            patiently("all records are committed").until(() -> committedRecords() == 20);
            assertThat(scorer.liveness().passed()).isTrue();
        }
        awaitScored(24);
    }

    private void forgetGroup() throws Exception {
        admin.deleteConsumerGroups(List.of(config().applicationId())).all().get();
    }

    private long committedRecords() throws Exception {
        return committed().values().stream()
                .filter(Objects::nonNull)
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    @Test
    void score_promptsMadeAnewMeanwhile_stopsAndCanStartAtOnce() throws Exception {
        send("old", 8);
        try (ScorerStage scorer = scorer(config())) {
            awaitScored(8);
            recreate();
            assertThatThrownBy(() -> terminated(scorer))
                    .hasRootCauseInstanceOf(Exception.class)
                    .hasMessageContaining("the topic prompts was deleted");
        }
        send("new", 8);
        try (ScorerStage scorer = scorer(config().withAcceptChanges(List.of(ScorerConfig.PROMPTS_TOPIC)))) {
            awaitScored(16);
            assertThat(scorer.liveness().passed()).isTrue();
        }
    }

    @Test
    void lag_committedBeyondTheEnd_isUnknown() throws Exception {
        commit(Map.of(new TopicPartition(TOPICS.prompts(), 1), new OffsetAndMetadata(314)));
        try (GroupLag lag = GroupLag.start(
                admin,
                config().applicationId(),
                TOPICS.prompts(),
                telemetry.scorer().lag(),
                Duration.ofMillis(100),
                () -> Set.of(0, 1),
                why -> {})) {
            patiently("the lag's problem is told")
                    .until(lag::problem, "prompts-1 was read to offset 314 and ends at 0"::equals);
            assertThat(lag(telemetry)).containsOnlyKeys("0", "1").containsEntry("0", 0.0);
            assertThat(lag(telemetry).get("1")).isNaN();
            assertThat(telemetry.progress().lag()).doesNotContainKey(TOPICS.prompts());
        }
    }

    /** Each partition has one series, whichever scorer reads it, so that the sum is the group's lag. */
    @Test
    void lag_twoScorers_isReportedByTheOneThatReads() throws Exception {
        try (Telemetry second = telemetry();
                ScorerStage one = scorer(config());
                ScorerStage other = ScorerStage.start(
                        config(), TOPICS, broker.bootstrapServers(), Map.of(), teacher, second.scorer())) {
            patiently("both scorers are ready")
                    .until(() -> one.readiness().passed() && other.readiness().passed());
            patiently("each reports half of the partitions")
                    .until(() -> lag(telemetry).size() == PARTITIONS / 2
                            && lag(second).size() == PARTITIONS / 2);
            assertThat(lag(telemetry).keySet())
                    .doesNotContainAnyElementsOf(lag(second).keySet());
        }
    }

    /** A topic that takes any timestamp, and one for results that takes none beyond an hour from now. */
    @Test
    void score_timestampsOfAForeignClient_areScored() throws Exception {
        allowAnyTimestamp();
        send("far", 2, Long.MAX_VALUE);
        send("near", 2);
        try (ScorerStage scorer = scorer(config())) {
            awaitScored(4);
            assertThat(scorer.liveness().passed()).isTrue();
        }
    }

    private static void terminated(ScorerStage scorer) throws Exception {
        CompletableFuture.runAsync(() -> {
                    try {
                        scorer.awaitTermination();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Map<String, Double> lag(Telemetry telemetry) {
        return telemetry.registry().find(LAG).gauges().stream()
                .collect(Collectors.toMap(
                        gauge -> String.valueOf(gauge.getId().getTag("partition")), gauge -> gauge.value()));
    }

    private static Telemetry telemetry() {
        return Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    }

    private ScorerConfig config() {
        return ScorerConfig.defaults().withStateDirectory(directory.resolve("state"));
    }

    private ScorerStage scorer(ScorerConfig config) {
        return ScorerStage.start(config, TOPICS, broker.bootstrapServers(), Map.of(), teacher, telemetry.scorer());
    }

    private void create() {
        new TopicCreator(kafka, Duration.ofSeconds(15)).create(TOPICS, PARTITIONS, 1);
    }

    private void recreate() throws Exception {
        admin.deleteTopics(List.of(TOPICS.prompts())).all().get();
        patiently("the topic is gone")
                .until(() -> admin.listTopics().names().get(), names -> !names.contains(TOPICS.prompts()));
        create();
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
        return admin.listConsumerGroupOffsets(config().applicationId())
                .partitionsToOffsetAndMetadata()
                .get();
    }

    /** As soon as the group's coordinator knows the topic, which may be later than when it is listed. */
    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        patiently("the coordinator takes offsets of the topic").until(() -> {
            try {
                admin.alterConsumerGroupOffsets(config().applicationId(), offsets)
                        .all()
                        .get();
                return true;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    return false;
                }
                throw e;
            }
        });
    }

    private void allowAnyTimestamp() throws Exception {
        var limit = new AlterConfigOp(
                new ConfigEntry("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)),
                AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, TOPICS.prompts()), List.of(limit)))
                .all()
                .get();
    }

    private void send(String name, int number) {
        send(name, number, Instant.now().toEpochMilli());
    }

    private void send(String name, int number, long timestamp) {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = IntStream.range(0, number)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(
                            TOPICS.prompts(),
                            i % PARTITIONS,
                            timestamp,
                            (name + i).getBytes(StandardCharsets.UTF_8),
                            PromptCodec.encode(Prompt.of(name + i, new PlainText("Tom found a ball."), Instant.EPOCH)
                                    .withResponse(Response.of(" He ran.", Author.PRODUCTION))))))
                    .toList();
            producer.flush();
            assertThat(sent)
                    .allSatisfy(future -> assertThat(future.get().hasOffset()).isTrue());
        }
    }

    private long scored() {
        return TopicContents.read(broker.bootstrapServers(), TOPICS.teacherTargets()).stream()
                .map(record -> TeacherTargetsCodec.decode(record.value()).promptId())
                .count();
    }

    private void awaitScored(int count) {
        patiently(count + " prompts are scored").until(this::scored, scored -> scored == count);
    }

    private static void awaitReady(ScorerStage scorer) {
        patiently("the scorer is ready").until(scorer::readiness, HealthCheck::passed);
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(100));
    }
}
