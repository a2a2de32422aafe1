package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy and the rollout's topics on a real broker: which upstream answers, and what is written of it. */
@Timeout(180)
final class ProxyRolloutIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SnapshotReference CHAMPION =
            new SnapshotReference("0000000001-0123456789ab", Digests.sha256("a"));
    private static final SnapshotReference CANDIDATE =
            new SnapshotReference("0000000002-0123456789ab", Digests.sha256("b"));

    @TempDir
    private Path directory;

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PROXY);
    private AnsweringApi production;
    private AnsweringApi champion;
    private AnsweringApi canary;
    private EmbeddedBroker broker;
    private Map<String, Object> kafka;
    private int calls;

    @BeforeEach
    void start() throws Exception {
        production = new AnsweringApi(Duration.ZERO);
        champion = new AnsweringApi(Duration.ZERO);
        canary = new AnsweringApi(Duration.ZERO);
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, PATIENCE).create(TOPICS, 1, 1);
    }

    @AfterEach
    void stop() {
        production.close();
        champion.close();
        canary.close();
        broker.close();
        telemetry.close();
    }

    @Test
    void state_thatChanges_changesWhoAnswers_andCallsAreToldOf() throws Exception {
        try (ProxyStage proxy = proxy("5m")) {
            call(proxy);
            assertThat(production.answers()).isEqualTo(1);
            write(state(1, null));
            callUntilAnswered(proxy, champion);
            write(state(2, CANDIDATE));
            callUntilAnswered(proxy, canary);
            write("{\"version\": 1, \"phase\": \"sunny\"}".getBytes(StandardCharsets.UTF_8));
            await("the unreadable state is counted")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> telemetry
                                    .registry()
                                    .get("stillstream.proxy.rollout.unreadable")
                                    .functionCounter()
                                    .count()
                            > 0);
            int before = canary.answers();
            call(proxy);
            assertThat(canary.answers()).as("what was known holds").isEqualTo(before + 1);
            write(state(3, null));
            callUntilAnswered(proxy, champion);
        }
        List<ServedOutcome> outcomes = TopicContents.read(broker.bootstrapServers(), TOPICS.servedOutcomes()).stream()
                .map(record -> ServedOutcomeCodec.decode(record.value()))
                .toList();
        assertThat(outcomes).allMatch(ServedOutcome::isOk);
        assertThat(outcomes.stream().filter(outcome -> outcome.arm() == Arm.CANARY))
                .hasSize(canary.answers())
                .allMatch(outcome -> outcome.snapshot().equals(CANDIDATE.id()));
        List<Author> authors = TopicContents.read(broker.bootstrapServers(), TOPICS.prompts()).stream()
                .map(record -> PromptCodec.decode(record.value()))
                .map(ProxyRolloutIT::author)
                .toList();
        assertThat(authors)
                .hasSize(calls)
                .contains(Author.PRODUCTION, Author.student(CHAMPION.id()), Author.student(CANDIDATE.id()));
    }

    @Test
    void brokersThatGo_leaveTheStateInForceForAWhile() throws Exception {
        write(state(1, CANDIDATE));
        try (ProxyStage proxy = proxy("4s")) {
            callUntilAnswered(proxy, canary);
            broker.close();
            int before = canary.answers();
            call(proxy);
            assertThat(canary.answers()).isEqualTo(before + 1);
            callUntilAnswered(proxy, production);
            assertThat(telemetry
                            .registry()
                            .get("stillstream.proxy.rollout.unknown")
                            .counter()
                            .count())
                    .isPositive();
        }
    }

    private ProxyStage proxy(String stateMaxAge) {
        Map<String, String> settings = Map.of(
                "proxy.port",
                "0",
                "proxy.upstreams.production.url",
                production.url(),
                "proxy.upstreams.champion.url",
                champion.url(),
                "proxy.upstreams.canary.url",
                canary.url(),
                "proxy.rollout.champion",
                "champion",
                "proxy.rollout.canary",
                "canary",
                "proxy.rollout.state-max-age",
                stateMaxAge,
                "data-directory",
                directory.resolve("proxy").toString());
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
        return ProxyStage.start(config, broker.bootstrapServers(), telemetry);
    }

    private void call(ProxyStage proxy) throws InterruptedException {
        calls++;
        assertThat(production.call(proxy.address(), "Tell me about bird " + calls))
                .isEqualTo(200);
    }

    /** Calls until that one has answered. */
    private void callUntilAnswered(ProxyStage proxy, AnsweringApi expected) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int before = expected.answers();
        while (expected.answers() == before) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
            call(proxy);
        }
    }

    private static Author author(Prompt prompt) {
        assertThat(prompt.response()).isNotNull();
        return prompt.response().author();
    }

    private void write(RolloutState state) throws Exception {
        write(RolloutStateCodec.encode(state));
    }

    private void write(byte[] state) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused = producer.send(
                            new ProducerRecord<>(TOPICS.studentRollout(), RolloutKeys.bytes(RolloutKeys.STATE), state))
                    .get();
        }
    }

    private static RolloutState state(long revision, @Nullable SnapshotReference candidate) {
        return new RolloutState(
                revision,
                candidate == null ? RolloutPhase.HEALTHY : RolloutPhase.PROGRESSING,
                CHAMPION,
                null,
                candidate,
                candidate == null ? List.of() : List.of(RolloutStep.share(RolloutStep.ALL, Duration.ZERO)),
                0,
                false,
                0,
                0,
                Instant.EPOCH,
                Set.of(),
                0,
                revision,
                Digests.sha256("c"));
    }
}
