package io.stillstream.pipeline.demo;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.config.TrainerConfig.Batches;
import io.stillstream.trainer.config.TrainerConfig.Evaluations;
import io.stillstream.trainer.config.TrainerConfig.Snapshots;
import io.stillstream.trainer.step.OptimizerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;

/** The settings that suit two minutes on a laptop; a user's own still go over them. */
public final class DemoConfig {

    private DemoConfig() {}

    /**
     * @param directory where everything is written
     * @param models the teacher, student and traffic
     */
    public static StillstreamConfig of(Path directory, BundledModels models) {
        StillstreamConfig defaults = StillstreamConfig.defaults();
        TrafficConfig traffic = TrafficConfig.reading(models.prompts().toString());
        TrainerConfig trainer = defaults.trainer();
        return new StillstreamConfig(
                directory,
                defaults.kafka(),
                defaults.topics(),
                monitoring(defaults.monitoring()),
                new TrafficConfig(
                        traffic.source(),
                        false,
                        20,
                        traffic.heldOutFraction(),
                        0,
                        0,
                        traffic.maxLineBytes(),
                        traffic.duplicateWindow(),
                        traffic.deliveryTimeout()),
                // One thread each for teacher and student: they share a laptop's cores.
                TeacherConfig.of(models.teacher())
                        .withDevice("cpu", 1)
                        .withGeneration(new GenerationConfig(120, 0.7, 1, 0)),
                defaults.scorer(),
                new TrainerConfig(
                        models.student(),
                        trainer.dataDirectory(),
                        trainer.loss(),
                        OptimizerConfig.of(3e-3, 20),
                        new Batches(
                                2048,
                                1,
                                trainer.batches().maxLogitMebibytes(),
                                false,
                                trainer.batches().linger()),
                        new Evaluations(48, 25),
                        new Snapshots(
                                100,
                                Duration.ofMinutes(1),
                                5,
                                trainer.snapshots().keepFor()),
                        trainer.checkpoints(),
                        trainer.mergeWait(),
                        trainer.acceptChanges(),
                        trainer.patience()));
    }

    /** The usual port where it is free, so that a Prometheus finds it; any other where it is not. */
    private static MonitoringConfig monitoring(MonitoringConfig usual) {
        try (ServerSocket probe = new ServerSocket(usual.port(), 1, InetAddress.getByName(usual.host()))) {
            return new MonitoringConfig(true, usual.host(), probe.getLocalPort());
        } catch (IOException taken) {
            return new MonitoringConfig(true, usual.host(), 0);
        }
    }
}
