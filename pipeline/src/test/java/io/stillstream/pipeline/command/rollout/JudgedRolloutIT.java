package io.stillstream.pipeline.command.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import io.stillstream.monitoring.rollout.JudgeMeters;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.gate.TestingTargets;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.JudgeStep;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.control.RolloutWatch;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge beside a controller on a real broker. */
final class JudgedRolloutIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final SnapshotReference A = reference("0000000001-aaaa");
    private static final SnapshotReference B = reference("0000000002-bbbb");
    private static final SnapshotReference C = reference("0000000003-cccc");
    private static final int ENOUGH = 20;

    private SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private Map<String, Object> kafka;
    private KafkaProducer<byte[], byte[]> producer;
    private InputSender sender;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        EmbeddedBroker broker = opened(EmbeddedBroker.start(directory.resolve("broker")));
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 2, 1);
        producer = opened(new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer()));
        sender = opened(new InputSender(kafka, TOPICS.rolloutInputs()));
        var config = new RolloutConfig(
                true,
                List.of("100% 0s"),
                OnNoTraffic.HOLD,
                ENOUGH,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                JudgeConfig.defaults(),
                DeliveryConfig.none());
        var controller = new RolloutController(kafka, TOPICS, config, directory, List.of(), Clock.systemUTC());
        Thread thread = new Thread(controller::run, "controller");
        thread.start();
        opened.push(() -> {
            controller.stop();
            thread.join();
        });
    }

    @AfterEach
    void stop() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void answers_promoteTheCandidate_countedOnceByAJudgeThatBeginsAnew() throws Exception {
        begin(A);
        RolloutWatch first = judge();
        serve(Arm.CANARY, A, "", ENOUGH - 1);
        send(TOPICS.servedOutcomes(), "no record".getBytes(StandardCharsets.UTF_8));
        patiently("a record is counted as unreadable")
                .until(() ->
                        registry.get("stillstream.judge.unreadable").counter().count() >= 1);
        first.close();

        judge();
        patiently("the judge has counted all answers but one")
                .until(() -> registry.get("stillstream.judge.answers")
                                .tag("of", "candidate")
                                .gauge()
                                .value()
                        >= ENOUGH - 1);
        assertThat(view().state().candidate()).as("one answer is missing").isEqualTo(A);
        serve(Arm.CANARY, A, "", 1);
        awaitView("the candidate is champion", view -> A.equals(view.state().champion()));
    }

    @Test
    void failures_takeTheCandidateBack_withTheirFiguresInTheHistory() throws Exception {
        promote(A);
        begin(B);
        judge();
        serve(Arm.CANARY, B, "", 1);
        serve(Arm.CHAMPION, A, "", 5);
        serve(Arm.CANARY, B, "status-500", JudgeConfig.defaults().failuresInARow());
        RolloutView degraded = awaitView(
                "the candidate is rejected", view -> !view.state().rejected().isEmpty());
        assertThat(degraded.state().phase()).isEqualTo(RolloutPhase.DEGRADED);
        assertThat(degraded.state().champion()).isEqualTo(A);
        var decision = RolloutDecisionCodec.decode(
                degraded.decisions().get(degraded.decisions().size() - 1));
        assertThat(decision.reason()).contains("calls in a row failed, the last with status-500");
        assertThat(decision.evidence().get("judge failures")).startsWith("10 of 11, champion 0 of 5");
    }

    @Test
    void likelihood_worseAnswers_takeTheCandidateBack_thoughNoneFailed() throws Exception {
        promote(A);
        begin(B);
        judge();
        Instant before = Instant.now().minusSeconds(3600);
        for (int i = 0; i < 400; i++) {
            targets(Author.student(A.id()), "c" + i, -1f, Instant.now());
            targets(Author.student(B.id()), "d" + i, -4f, Instant.now());
            targets(Author.TEACHER, "e" + i, -9f, Instant.now());
            targets(Author.student(C.id()), "f" + i, -9f, Instant.now());
            targets(Author.student(A.id()), "g" + i, -9f, before);
        }
        RolloutView degraded = awaitView(
                "the candidate is rejected", view -> !view.state().rejected().isEmpty());
        var decision = RolloutDecisionCodec.decode(
                degraded.decisions().get(degraded.decisions().size() - 1));
        assertThat(decision.reason()).contains("the teacher finds its answers less likely than the champion's");
        // Two tokens of one byte each: nats and bits per byte.
        assertThat(decision.evidence().get("judge likelihood")).contains("champion 1.443 ");
    }

    private void promote(SnapshotReference snapshot) throws Exception {
        begin(snapshot);
        command(RolloutVerb.PROMOTE, null, true);
        awaitView(
                "the snapshot is champion", view -> snapshot.equals(view.state().champion()));
    }

    private void begin(SnapshotReference snapshot) throws Exception {
        awaitView("a controller's heartbeat", view -> view.heartbeat() != null);
        command(RolloutVerb.START, snapshot, false);
        awaitView(
                "the snapshot is candidate",
                view -> snapshot.equals(view.state().candidate()));
    }

    private void command(RolloutVerb verb, @Nullable SnapshotReference candidate, boolean full) {
        sender.send(new RolloutInput.Command(
                UUID.randomUUID().toString(),
                verb,
                "test",
                "",
                candidate,
                full,
                null,
                view().state().revision(),
                Instant.now()));
    }

    private RolloutWatch judge() {
        registry = new SimpleMeterRegistry();
        var step = opened(new JudgeStep(
                JudgeConfig.defaults(), kafka, TOPICS, sender::send, new JudgeMeters(registry), Clock.systemUTC()));
        return opened(RolloutWatch.start(kafka, TOPICS, List.of(step)));
    }

    private void serve(Arm arm, SnapshotReference snapshot, String failure, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            send(
                    TOPICS.servedOutcomes(),
                    ServedOutcomeCodec.encode(new ServedOutcome(
                            Instant.now(), "", "c", "default", arm, snapshot.id(), failure, 1, 10, false, false)));
        }
    }

    private void targets(Author author, String conversation, float logProbability, Instant at) throws Exception {
        send(
                TOPICS.teacherTargets(),
                TeacherTargetsCodec.encode(
                        TestingTargets.twoBytes(author, Split.TRAIN, "default", conversation, logProbability, at)));
    }

    private void send(String topic, byte[] value) throws Exception {
        // One after the other, in one partition: failures in a row are in the order in which they are read.
        var unused = producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
    }

    private RolloutView awaitView(String what, Predicate<RolloutView> condition) {
        return patiently(what).until(this::view, condition);
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }

    private RolloutView view() {
        try (RolloutReader reader = new RolloutReader(kafka, TOPICS.studentRollout())) {
            return reader.read();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private static SnapshotReference reference(String id) {
        return new SnapshotReference(id, Digests.sha256(id));
    }
}
