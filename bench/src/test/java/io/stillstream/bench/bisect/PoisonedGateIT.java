package io.stillstream.bench.bisect;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.gate.GateRun;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.Reason.Outcome;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.OptimizerConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student that learned from a bad tenant's flood, judged when hardly anything but that flood is held out. */
final class PoisonedGateIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private Map<String, Object> kafka = Map.of();

    @Test
    void judge_snapshotOfTheFlood_failsThoughItPredictsTheFloodBetter() throws Exception {
        Path student = BundledModels.unpack(directory.resolve("models")).student();
        StillstreamConfig config = new ConfigLoader(Map.of())
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of(
                                "data-directory", directory.toString(),
                                "gate.least-records", "20",
                                "gate.least-conversations", "20",
                                "gate.answers", "0"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, PATIENCE).create(TOPICS, 1, 1);
            var stream = new PlantedStream(kafka, TOPICS.teacherTargets(), 3);
            assertThat(stream.send(240, true, 240, 0)).isEmpty();
            Snapshot champion = train(student, config);
            assertThat(stream.send(240, true, 0, 240)).hasSize(240);
            Snapshot poisoned = train(student, config);
            assertThat(stream.send(240, true, 0, 240)).hasSize(240);

            var store = new SnapshotStore(config.trainerDirectory(), Clock.systemUTC());
            try (TopicReader reader = new TopicReader(kafka)) {
                Verdict verdict = new GateRun(config, store, reader)
                        .judge(poisoned.manifest().id(), champion.manifest().id());

                assertThat(outcome(verdict, "champion")).isEqualTo(Outcome.OK);
                assertThat(outcome(verdict, "slice " + PlantedStream.PLANTER)).isEqualTo(Outcome.OK);
                assertThat(outcome(verdict, "slice acme")).isEqualTo(Outcome.NOT_OK);
                assertThat(verdict).isInstanceOf(Verdict.Fail.class);
            }
        }
    }

    private static Outcome outcome(Verdict verdict, String name) {
        return verdict.reasons().stream()
                .filter(reason -> reason.name().equals(name))
                .findFirst()
                .map(Reason::outcome)
                .orElseThrow();
    }

    private Snapshot train(Path student, StillstreamConfig config) {
        TrainerConfig trainer = TrainerConfig.defaults()
                .with(Map.of(
                        "student",
                        student,
                        "dataDirectory",
                        config.trainerDirectory(),
                        "loss",
                        LossConfig.crossEntropyAlone(),
                        "optimizer",
                        OptimizerConfig.of(1e-3, 5),
                        "batches",
                        new TrainerConfig.Batches(96, 1, 64, false, Duration.ofSeconds(1), 0.25),
                        "snapshots",
                        new TrainerConfig.Snapshots(0, Duration.ZERO, 5, Duration.ZERO)));
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
                TrainerStage stage = TrainerStage.open(trainer, TOPICS, kafka, telemetry)) {
            stage.stopAtEnd();
            return Objects.requireNonNull(stage.run().lastSnapshot());
        }
    }
}
