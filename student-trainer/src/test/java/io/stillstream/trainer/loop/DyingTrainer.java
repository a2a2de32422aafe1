package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.rewind.RewindOrders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.header.Header;

/** Trains on all of a topic in a process of its own, and prints the codes of the dead letters and the last snapshot. */
final class DyingTrainer {

    private DyingTrainer() {}

    static TestingTopic topic() {
        return TestingTopic.of(1, 140, 11);
    }

    /** @param arguments the student's directory and the trainer's */
    public static void main(String[] arguments) {
        MockProducer<byte[], byte[]> letters = TrainerFixture.producer();
        TrainingReport report = train(Path.of(arguments[0]), Path.of(arguments[1]), topic(), letters);
        letters.history().forEach(letter -> {
            Header code = Objects.requireNonNull(letter.headers().lastHeader("stillstream.code"));
            System.out.println("rejected " + new String(code.value(), StandardCharsets.UTF_8));
        });
        System.out.println("trained "
                + Objects.requireNonNull(report.lastSnapshot()).manifest().id());
    }

    static TrainingReport train(Path student, Path data, TestingTopic topic, MockProducer<byte[], byte[]> letters) {
        TestingTopic.TestingConsumer consumer = topic.consumer(1, 0);
        var resources = new Closer();
        try {
            Telemetry telemetry =
                    resources.add(Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER));
            var stage = new TrainerStage(
                    config(student, data),
                    Topics.defaults(),
                    new KafkaConnections(
                            consumer,
                            (trainer, closer) -> letters,
                            TrainerFixture.noLetters(),
                            (trainer, closer) -> TrainerFixture.producer(),
                            unused -> "first",
                            RewindOrders.none(),
                            TrainerFixture.noTargets(),
                            "broker:9092"),
                    telemetry.trainer(),
                    Clock.systemUTC(),
                    resources);
            consumer.whenAllHasCome(() -> {
                Map<String, Long> lag = stage.progress().lag();
                if (!lag.isEmpty() && lag.values().stream().allMatch(records -> records == 0)) {
                    stage.stop();
                }
            });
            return stage.run();
        } finally {
            resources.close();
        }
    }

    private static TrainerConfig config(Path student, Path data) {
        return TestingConfig.of(student, data)
                .with(Map.of("snapshots", new TrainerConfig.Snapshots(0, Duration.ZERO, 5, Duration.ZERO)));
    }
}
