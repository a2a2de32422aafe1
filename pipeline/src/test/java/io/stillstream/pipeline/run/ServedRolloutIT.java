package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.follower.RolloutFollower;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.http.ServingConfig;
import io.stillstream.serving.http.ServingStage;
import io.stillstream.serving.http.TestingServing;
import io.stillstream.serving.http.TestingSnapshots;
import io.stillstream.serving.weights.Follow;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers beside a real controller on a real broker: each serves what the rollout says, and nothing that it has rejected. */
final class ServedRolloutIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Map<String, Object> kafka;
    private TestingSnapshots snapshots;
    private String a;
    private String b;

    @BeforeEach
    void start() throws Exception {
        snapshots = new TestingSnapshots(directory.resolve("trainer"));
        a = snapshots.publish(1, 0);
        b = snapshots.publish(2, 0.2);
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        opened.add(broker);
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void champion_andCanary_followTheRollout_andNothingRejectedIsServed() throws Exception {
        control();
        snapshots.alias("candidate", b);
        ServingStage champion = serve(Follow.CHAMPION, null);
        ServingStage canary = serve(Follow.CANARY, null);
        ServingStage newest = serve(Follow.CANDIDATE, null);
        assertThat(champion.waiting()).hasValueSatisfying(why -> assertThat(why).contains("has no champion"));
        assertThat(canary.waiting()).hasValueSatisfying(why -> assertThat(why).contains("no candidate is on its way"));
        awaitServed(newest, b);

        command(RolloutVerb.START, a, false);
        awaitServed(canary, a);
        command(RolloutVerb.PROMOTE, null, true);
        awaitServed(champion, a);
        awaitServed(canary, "");
        assertThat(ask(canary).statusCode()).isEqualTo(503);

        command(RolloutVerb.START, b, false);
        awaitServed(canary, b);
        command(RolloutVerb.ROLLBACK, null, false);
        awaitServed(canary, "");
        // The alias still names what was rejected.
        awaitServed(newest, a);
        awaitServed(champion, a);
        assertThatThrownBy(() -> serve(Follow.CANDIDATE, snapshots.directory(b)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("the rollout has rejected the weights of " + snapshots.directory(b));

        command(RolloutVerb.ROLLBACK, null, false);
        awaitServed(champion, "");
        awaitServed(newest, "");
        assertThat(newest.waiting()).hasValueSatisfying(why -> assertThat(why).contains("rejected the weights"));
    }

    /** Once its files are no more what they were, a promotion can only find what is in memory. */
    @Test
    void champion_ofACandidateOnItsWay_hasLoadedItBeforeItIsPromoted() throws Exception {
        control();
        ServingStage champion = serve(Follow.CHAMPION, null);
        command(RolloutVerb.START, a, false);
        command(RolloutVerb.PROMOTE, null, true);
        awaitServed(champion, a);

        command(RolloutVerb.START, b, false);
        command(RolloutVerb.PROMOTE, null, false);
        awaitAhead(champion, "; " + b + " is loaded ahead");
        assertThat(models(champion)).contains(a).doesNotContain(b);
        TestingSnapshots.disturb(snapshots.directory(b).resolve("model.safetensors"), 0.1);
        command(RolloutVerb.PROMOTE, null, true);
        awaitServed(champion, b);
        assertThat(ask(champion).statusCode()).isEqualTo(200);

        String c = snapshots.publish(3, 0.3);
        command(RolloutVerb.START, c, false);
        command(RolloutVerb.PROMOTE, null, false);
        awaitAhead(champion, "; " + c + " is loaded ahead");
        command(RolloutVerb.ROLLBACK, null, false);
        awaitAhead(champion, "serving " + b + " at " + champion.address());
        assertThat(models(champion)).contains(b);
    }

    private static void awaitAhead(ServingStage stage, String end) {
        patiently("the server says '" + end + "'")
                .until(() -> stage.readiness().detail(), detail -> detail.endsWith(end));
    }

    @Test
    void state_thatCannotBeRead_servesNothing_untilOneThatCan() throws Exception {
        reach();
        send(TOPICS.studentRollout(), RolloutKeys.STATE, "{\"version\": 1, \"phase\": \"sunny\"}");
        snapshots.alias("candidate", a);
        ServingStage newest = serve(Follow.CANDIDATE, null);
        assertThat(newest.waiting())
                .hasValueSatisfying(why -> assertThat(why).contains("student-rollout-0, offset 0, key 'state'"));
    }

    /** A rewind publishes an older snapshot again; clocks do not count, and an id leads nowhere else. */
    @Test
    void topic_lastManifest_isServed_andWhatIsNoneIsPassedOver() throws Exception {
        reach();
        ServingStage stage = serve(Follow.TOPIC, null);
        assertThat(stage.waiting())
                .hasValueSatisfying(why -> assertThat(why).contains("no snapshot was published on student-snapshots"));
        publish(a);
        awaitServed(stage, a);
        send(TOPICS.studentSnapshots(), "x", "no manifest");
        publish(b);
        awaitServed(stage, b);
        publish(a);
        awaitServed(stage, a);
        send(TOPICS.studentSnapshots(), "y", renamed(a, "../../x"));
        String c = snapshots.publish(3, 0.3);
        publish(c);
        awaitServed(stage, c);

        send(TOPICS.studentSnapshots(), "z", renamed(a, "0000000009-gone"));
        awaitServed(serve(Follow.TOPIC, null), c);
    }

    private String renamed(String id, String other) throws Exception {
        SnapshotManifest read = SnapshotManifestCodec.decode(
                Files.readAllBytes(snapshots.directory(id).resolve(SnapshotDirectory.MANIFEST)));
        var manifest = new SnapshotManifest(
                other,
                read.step(),
                read.files(),
                read.offsets(),
                read.teacher(),
                read.tokenizer(),
                read.chatTemplate(),
                read.loss(),
                read.evaluation(),
                Instant.parse("9999-12-31T00:00:00Z"),
                read.newestRecordAt(),
                read.writer());
        return new String(SnapshotManifestCodec.encode(manifest), StandardCharsets.UTF_8);
    }

    /** Somebody who starts over deletes topics; what was rejected must not be served for that. */
    @Test
    void state_whoseTopicIsDeleted_holds() throws Exception {
        control();
        command(RolloutVerb.START, b, false);
        command(RolloutVerb.ROLLBACK, null, false);
        try (RolloutFollower follower = RolloutFollower.start(kafka, TOPICS.studentRollout());
                Admin admin = Admin.create(kafka)) {
            follower.await(PATIENCE);
            Set<String> rejected = follower.state().orElseThrow().rejected();
            assertThat(rejected).hasSize(1);

            closeController();
            admin.deleteTopics(List.of(TOPICS.studentRollout())).all().get();
            patiently("the follower misses the topic")
                    .until(
                            follower::problem,
                            problem -> problem.contains("there is no topic student-rollout any more"));

            assertThat(follower.state().orElseThrow().rejected()).isEqualTo(rejected);
        }
    }

    private void publish(String id) throws Exception {
        send(
                TOPICS.studentSnapshots(),
                id,
                Files.readString(snapshots.directory(id).resolve(SnapshotDirectory.MANIFEST)));
    }

    @Test
    void topic_thatIsNotThere_rejectsNothing() throws Exception {
        snapshots.alias("candidate", a);
        awaitServed(serve(Follow.CANDIDATE, null), a);
    }

    private void reach() {
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
    }

    private void control() throws Exception {
        reach();
        var config = new RolloutConfig(
                false,
                List.of("shadow 0s", "100% 0s"),
                OnNoTraffic.HOLD,
                0,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                JudgeConfig.defaults(),
                DeliveryConfig.none());
        var controller = new RolloutController(kafka, TOPICS, config, directory, List.of(), Clock.systemUTC());
        Thread thread = new Thread(controller::run, "controller");
        thread.start();
        opened.add(() -> {
            controller.stop();
            thread.join();
        });
    }

    /** The one that was opened last. */
    private void closeController() throws Exception {
        opened.remove(opened.size() - 1).close();
    }

    private void command(RolloutVerb verb, @Nullable String candidate, boolean full) throws Exception {
        try (RolloutReader reader = new RolloutReader(kafka, TOPICS.studentRollout());
                InputSender sender = new InputSender(kafka, TOPICS.rolloutInputs())) {
            long revision = reader.read().state().revision();
            SnapshotReference reference = candidate == null
                    ? null
                    : new SnapshotReference(
                            candidate,
                            SnapshotDirectory.read(snapshots.directory(candidate))
                                    .contentHash());
            sender.send(new RolloutInput.Command(
                    verb.label(), verb, "test", "", reference, full, null, revision, Instant.now()));
            patiently("'" + verb.label() + "' is decided")
                    .until(() -> reader.read().state().revision(), decided -> decided != revision);
        }
    }

    private ServingStage serve(Follow follow, @Nullable Path student) throws Exception {
        ServingConfig config =
                TestingServing.config(student, follow, ServingConfig.defaults().followEvery());
        Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        opened.add(telemetry);
        ServingStage stage = ServingStage.start(config, directory.resolve("trainer"), TOPICS, kafka, telemetry);
        opened.add(stage);
        return stage;
    }

    /** @param id empty where nothing is to be served */
    private void awaitServed(ServingStage stage, String id) {
        patiently(stage.describe() + " serves '" + id + "'")
                .until(() -> models(stage), models -> models.contains(id.isEmpty() ? "\"data\":[]" : id));
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    private String models(ServingStage stage) throws Exception {
        return client.send(request(stage, "/v1/models").build(), BodyHandlers.ofString())
                .body();
    }

    private HttpResponse<String> ask(ServingStage stage) throws Exception {
        return client.send(
                request(stage, "/v1/completions")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"model\": \"student\", \"prompt\": \"Once\", \"max_tokens\": 1}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ServingStage stage, String path) {
        return HttpRequest.newBuilder(URI.create(stage.address() + path));
    }

    private void send(String topic, String key, String value) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused = producer.send(
                            new ProducerRecord<>(topic, RolloutKeys.bytes(key), value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }
}
