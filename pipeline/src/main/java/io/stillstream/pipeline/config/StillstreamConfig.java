package io.stillstream.pipeline.config;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.trainer.config.TrainerConfig;
import java.nio.file.Path;

/**
 * The whole configuration file, a section a component. Sections that a command does not use are checked all the same.
 *
 * @param dataDirectory where the embedded broker, the scorer and the trainer keep what outlives them; relative
 *     directories of theirs lie in it
 */
public record StillstreamConfig(
        Path dataDirectory,
        KafkaConfig kafka,
        Topics topics,
        MonitoringConfig monitoring,
        TrafficConfig traffic,
        TeacherConfig teacher,
        ScorerConfig scorer,
        TrainerConfig trainer) {

    public static StillstreamConfig defaults() {
        return new StillstreamConfig(
                Path.of("data"),
                KafkaConfig.defaults(),
                Topics.defaults(),
                MonitoringConfig.defaults(),
                TrafficConfig.reading("-"),
                TeacherConfig.of(Path.of("teacher")),
                ScorerConfig.defaults(),
                TrainerConfig.defaults());
    }

    public StillstreamConfig withMetricsPort(int port) {
        return new StillstreamConfig(
                dataDirectory,
                kafka,
                topics,
                new MonitoringConfig(monitoring.enabled(), monitoring.host(), port),
                traffic,
                teacher,
                scorer,
                trainer);
    }
}
