package io.stillstream.bench.bisect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindKeys;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.step.OptimizerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer on a real broker that is taken back while it runs, among records that are no orders for it. */
final class RunningRewindIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private Map<String, Object> kafka = Map.of();

    @Test
    void order_tenantAmongHostileRecords_endsAsTheTrainerThatWasRewoundByHand() throws Exception {
        Path student = BundledModels.unpack(directory.resolve("models")).student();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, PATIENCE).create(TOPICS, 1, 1);
            var stream = new PlantedStream(kafka, TOPICS.teacherTargets(), 3);
            assertThat(stream.send(200, true, 200, 0)).isEmpty();
            Snapshot champion = train(student, "data");
            copy(directory.resolve("data"), directory.resolve("by-hand"));
            List<Long> planted = stream.send(150, false, 60, 20);
            List<Long> later = new ArrayList<>();
            Snapshot running = trainAndRewind(student, champion, () -> later.addAll(stream.send(100, false, 30, 20)));

            assertThat(LedgerAudit.of(directory.resolve("data")).passedOver().quarantined())
                    .containsExactly(PlantedStream.PLANTER);
            List<OffsetRange> skipped = List.of(
                    new OffsetRange(0, planted.get(0), planted.get(planted.size() - 1)),
                    new OffsetRange(0, later.get(0), later.get(later.size() - 1)));
            new Rewind(directory.resolve("by-hand")).to(champion.manifest().id(), skipped, false);
            Snapshot byHand = train(student, "by-hand");
            assertThat(running.manifest().step())
                    .isGreaterThan(champion.manifest().step());
            assertThat(running.manifest().files()).isEqualTo(byHand.manifest().files());
        }
    }

    /** @param afterwards what happens once the trainer has gone back */
    private Snapshot trainAndRewind(Path student, Snapshot champion, Runnable afterwards) throws Exception {
        RewindOrder order = new RewindOrder(
                "a".repeat(64),
                7,
                new RewindRequest("", new Quarantine.Tenant(PlantedStream.PLANTER)),
                champion.manifest().id(),
                Snapshot.weights(champion.manifest().files()).orElseThrow(),
                Map.of(),
                Instant.EPOCH);
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
                TrainerStage stage = TrainerStage.open(config(student, "data"), TOPICS, kafka, telemetry);
                var reader = new RewindReader(kafka, TOPICS.trainingControl())) {
            send("order/nonsense", "{\"version\":".getBytes(StandardCharsets.UTF_8));
            send("nonsense", new byte[] {1, 2, 3});
            send("order/" + "b".repeat(64), RewindOrderCodec.encode(order));
            CompletableFuture<Snapshot> done = CompletableFuture.supplyAsync(
                    () -> Objects.requireNonNull(stage.run().lastSnapshot()));
            patiently("all is read, and a step is taken")
                    .until(() -> hasReadAll(stage)
                            && stage.progress().step() > champion.manifest().step());
            send(RewindKeys.of(order), RewindOrderCodec.encode(order));
            patiently("the order is answered")
                    .until(() -> reader.read().stream()
                            .anyMatch(one -> !one.answers().isEmpty()));
            RewindAnswer answer = reader.read().stream()
                    .flatMap(one -> one.answers().stream())
                    .findFirst()
                    .orElseThrow();
            assertThat(answer.refusal()).isEmpty();
            assertThat(answer.snapshot()).isEqualTo(champion.manifest().id());
            assertThat(answer.records()).isPositive();
            afterwards.run();
            stage.stopAtEnd();
            return done.get();
        }
    }

    private static boolean hasReadAll(TrainerStage stage) {
        Map<String, Long> lag = stage.progress().lag();
        return !lag.isEmpty() && lag.values().stream().allMatch(records -> records == 0);
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
    }

    private void send(String key, byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused = producer.send(new ProducerRecord<>(TOPICS.trainingControl(), 0, RewindKeys.bytes(key), value))
                    .get();
        }
    }

    private Snapshot train(Path student, String data) {
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
                TrainerStage stage = TrainerStage.open(config(student, data), TOPICS, kafka, telemetry)) {
            stage.stopAtEnd();
            return Objects.requireNonNull(stage.run().lastSnapshot());
        }
    }

    private TrainerConfig config(Path student, String data) {
        return TrainerConfig.defaults()
                .with(Map.of(
                        "student",
                        student,
                        "dataDirectory",
                        directory.resolve(data),
                        "loss",
                        LossConfig.crossEntropyAlone(),
                        "optimizer",
                        OptimizerConfig.of(1e-3, 5),
                        "batches",
                        new TrainerConfig.Batches(96, 1, 64, false, Duration.ofSeconds(1), 0.25),
                        "snapshots",
                        new TrainerConfig.Snapshots(0, Duration.ZERO, 5, Duration.ZERO),
                        "checkpoints",
                        new TrainerConfig.Checkpoints(0, Duration.ZERO, 5, 3)));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
