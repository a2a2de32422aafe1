package io.stillstream.pipeline.production.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.rollout.RolloutMeters;
import io.stillstream.monitoring.rollout.RolloutMeters.ProbeOutcome;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.production.probe.ServedProbe.Finding;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.delivery.ProbeConfig;
import io.stillstream.serving.http.ServingConfig;
import io.stillstream.serving.http.ServingStage;
import io.stillstream.serving.http.TestingServing;
import io.stillstream.serving.http.TestingSnapshots;
import io.stillstream.serving.weights.Follow;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers of a real student, right ones and wrong ones. {@code -Dstillstream.probe.trials=20} makes it long. */
final class ServedProbeIT {

    private static final int TRIALS = Integer.getInteger("stillstream.probe.trials", 6);
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    private Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<RolloutInput> sent = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private TestingSnapshots snapshots;
    private String expected;

    @BeforeEach
    void publish() throws Exception {
        snapshots = new TestingSnapshots(directory.resolve("trainer"));
        expected = snapshots.publish(1, 0);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void server_ofOtherWeightsOrAnotherTemplate_isFound_andARightOneIsNot() throws Exception {
        List<String> missed = new ArrayList<>();
        List<String> accused = new ArrayList<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            Finding wrong = ask(wrong(trial), Duration.ofMillis(1));
            if (wrong.outcome() != ProbeOutcome.WRONG) {
                missed.add(trial + ": " + wrong);
            }
            Path right = trial % 2 == 0
                    ? snapshots.directory(expected)
                    : TestingSnapshots.student(directory.resolve("right-" + trial));
            Finding found = ask(right, Duration.ofMinutes(2));
            if (found.outcome() != ProbeOutcome.RIGHT) {
                accused.add(trial + ": " + found);
            }
        }
        System.out.println("wrong servers found: " + (TRIALS - missed.size()) + " of " + TRIALS
                + ", right ones passed: " + (TRIALS - accused.size()) + " of " + TRIALS);
        assertThat(missed).isEmpty();
        assertThat(accused).isEmpty();
    }

    private Path wrong(int trial) throws Exception {
        if (trial % 3 == 0) {
            // Another snapshot, whose own golden prompts it answers.
            return snapshots.directory(snapshots.publish(2 + trial, 0.01 * (1 + trial)));
        }
        Path student = TestingSnapshots.student(directory.resolve("wrong-" + trial));
        if (trial % 3 == 1) {
            TestingSnapshots.disturb(student.resolve(WEIGHTS), 0.05 + 0.01 * trial);
        } else {
            Files.writeString(
                    student.resolve("chat_template.jinja"),
                    trial % 2 == 0
                            ? "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
                            : "{{ messages[-1]['content'] }}");
        }
        return student;
    }

    @Test
    void server_thatSwapsLate_isRight_andOneThatIsAway_isAway() throws Exception {
        String other = snapshots.publish(2, 0.2);
        snapshots.alias("champion", other);
        ServingStage stage = serve(null);
        await("the server serves")
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(stage::waiting, Optional::isEmpty);
        ServedProbe probe = probe(List.of(), Duration.ofMinutes(2));
        assertThat(probe(List.of(), Duration.ofMillis(1)).ask(expected, url(stage), () -> false))
                .isEqualTo(new Finding(ProbeOutcome.WRONG, "it says that it serves " + other));

        Thread swap = new Thread(() -> {
            try {
                Thread.sleep(1500);
                snapshots.alias("champion", expected);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        swap.start();
        assertThat(probe.ask(expected, url(stage), () -> false).outcome()).isEqualTo(ProbeOutcome.RIGHT);
        swap.join();
        String url = url(stage);
        stage.close();
        assertThat(probe(List.of(), Duration.ofMillis(1))
                        .ask(expected, url, () -> false)
                        .outcome())
                .isEqualTo(ProbeOutcome.AWAY);
    }

    @Test
    void candidate_whoseServerIsWrong_isTakenBack() throws Exception {
        Path student = TestingSnapshots.student(directory.resolve("wrong"));
        TestingSnapshots.disturb(student.resolve(WEIGHTS), 0.1);
        ServingStage stage = serve(student);
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        opened.add(broker);
        Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        Topics topics = Topics.defaults();
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(topics, 1, 1);
        InputSender sender = new InputSender(kafka, topics.rolloutInputs());
        opened.add(sender);
        var probe = new ServedProbe(
                config(List.of(url(stage)), Duration.ofSeconds(30)),
                directory.resolve("trainer").resolve(SnapshotDirectory.SNAPSHOTS),
                sender::send,
                new RolloutMeters(registry, Clock.systemUTC()),
                Clock.systemUTC());
        var rollout = new RolloutConfig(
                false,
                List.of("5% 0s", "100% 0s"),
                OnNoTraffic.HOLD,
                0,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                RolloutConfig.defaults().judge(),
                DeliveryConfig.none());
        var controller = new RolloutController(kafka, topics, rollout, directory, List.of(probe), Clock.systemUTC());
        Thread thread = new Thread(controller::run, "controller");
        thread.start();
        opened.add(() -> {
            controller.stop();
            thread.join();
        });
        String hash = SnapshotDirectory.read(snapshots.directory(expected)).contentHash();
        sender.send(new RolloutInput.Command(
                "c",
                RolloutVerb.START,
                "test",
                "",
                new SnapshotReference(expected, hash),
                false,
                null,
                0,
                Instant.now()));
        try (RolloutReader reader = new RolloutReader(kafka, topics.studentRollout())) {
            RolloutView view = await("the candidate is rejected")
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(20))
                    .until(reader::read, read -> !read.state().rejected().isEmpty());
            RolloutState state = view.state();
            assertThat(state.candidate()).isNull();
            assertThat(state.rejected()).containsExactly(hash);
            assertThat(new String(view.decisions().get(1), StandardCharsets.UTF_8))
                    .contains("does not serve " + expected, "golden prompt", "\"probe\":\"wrong\"");
        }
        assertThat(registry.get("stillstream.rollout.probes")
                        .tags("role", "candidate", "outcome", "wrong")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private Finding ask(Path student, Duration timeout) throws Exception {
        try (ServingStage stage = serve(student)) {
            return probe(List.of(), timeout).ask(expected, url(stage), () -> false);
        }
    }

    private ServedProbe probe(List<String> candidate, Duration timeout) {
        return new ServedProbe(
                config(candidate, timeout),
                directory.resolve("trainer").resolve(SnapshotDirectory.SNAPSHOTS),
                sent::add,
                new RolloutMeters(registry, Clock.systemUTC()),
                Clock.systemUTC());
    }

    private static ProbeConfig config(List<String> candidate, Duration timeout) {
        return new ProbeConfig(List.of(), candidate, "", "", ProbeConfig.none().tolerance(), timeout);
    }

    private static String url(ServingStage stage) {
        return stage.address() + "/v1";
    }

    private ServingStage serve(@Nullable Path student) {
        ServingConfig config = TestingServing.config(student, Follow.CHAMPION, Duration.ofMillis(50));
        Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        opened.add(telemetry);
        ServingStage stage =
                ServingStage.start(config, directory.resolve("trainer"), Topics.defaults(), Map.of(), telemetry);
        opened.add(stage);
        return stage;
    }
}
