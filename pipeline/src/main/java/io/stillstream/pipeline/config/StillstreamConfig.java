package io.stillstream.pipeline.config;

import io.stillstream.configuration.Check;
import io.stillstream.console.ConsoleConfig;
import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.TeacherFiles;
import io.stillstream.serving.http.ServingConfig;
import io.stillstream.trainer.config.TrainerConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The whole configuration file, a section a component. Sections that a command does not use are checked all the same.
 *
 * @param dataDirectory where the embedded broker, the scorer and the trainer keep their files
 * @param kafka the Kafka cluster and how to reach it
 * @param topics the names of the topics
 * @param monitoring where metrics and health are served
 * @param console the page that shows a process at work, beside its metrics
 * @param traffic where prompts come from
 * @param proxy where the proxy listens, what it stands in front of, and what a call may cost
 * @param capture which calls through the proxy become prompts, and what they may cost
 * @param redaction what is taken out of traffic before it is written anywhere
 * @param teacher which teacher runs, where, and how it scores and generates
 * @param scorer how the scorer takes prompts from Kafka and batches them
 * @param trainer how the student is trained
 * @param serving where the student is served, which one, and what a request may cost
 * @param rollout how a snapshot goes into production
 * @param gate what a candidate has to show before it goes on
 */
public record StillstreamConfig(
        Path dataDirectory,
        KafkaConfig kafka,
        Topics topics,
        MonitoringConfig monitoring,
        ConsoleConfig console,
        TrafficConfig traffic,
        ProxyConfig proxy,
        CaptureConfig capture,
        RedactionConfig redaction,
        TeacherConfig teacher,
        ScorerConfig scorer,
        TrainerConfig trainer,
        ServingConfig serving,
        RolloutConfig rollout,
        GateConfig gate) {

    /** Where the trainer keeps checkpoints, snapshots and ledger. */
    public Path trainerDirectory() {
        return dataDirectory.resolve(trainer.dataDirectory());
    }

    /** The same with another proxy. */
    public StillstreamConfig withProxy(ProxyConfig other) {
        return new StillstreamConfig(
                dataDirectory,
                kafka,
                topics,
                monitoring,
                console,
                traffic,
                other,
                capture,
                redaction,
                teacher,
                scorer,
                trainer,
                serving,
                rollout,
                gate);
    }

    /** What Kafka allows in a topic's name. */
    private static final Pattern TOPIC_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    public StillstreamConfig {
        requireTopic("topics.prompts", topics.prompts());
        requireTopic("topics.teacherTargets", topics.teacherTargets());
        requireTopic("topics.deadLetters", topics.deadLetters());
        requireTopic("topics.studentSnapshots", topics.studentSnapshots());
        requireTopic("topics.producerPositions", topics.producerPositions());
        requireTopic("topics.studentRollout", topics.studentRollout());
        requireTopic("topics.rolloutInputs", topics.rolloutInputs());
        requireTopic("topics.trainingControl", topics.trainingControl());
        requireTopic("topics.servedOutcomes", topics.servedOutcomes());
        Check.that(
                Set.copyOf(topics.names()).size() == topics.names().size(),
                "topics",
                String.join(", ", topics.names()),
                "different names");
    }

    private static void requireTopic(String component, String name) {
        Check.that(
                TOPIC_NAME.matcher(name).matches(),
                component,
                name,
                "a topic's name: up to 249 letters, digits, dots, underscores and hyphens");
    }

    /** The options with which another command reads the same topics. */
    public String reachedBy() {
        return kafka.embedded() ? "--data-dir " + dataDirectory : "--bootstrap-servers " + kafka.bootstrapServers();
    }

    /** The trainer's section with the tokenizer and the chat template of the teacher's, which says how its records are to be read. */
    public TrainerConfig trainerWithTeacher() {
        return TeacherFiles.tokenizerDirectory(teacher)
                .map(directory -> trainer.withTeacher(directory, teacher.chatTemplate()))
                .orElse(trainer);
    }

    public static StillstreamConfig defaults() {
        return new StillstreamConfig(
                Path.of("data"),
                KafkaConfig.defaults(),
                Topics.defaults(),
                MonitoringConfig.defaults(),
                ConsoleConfig.defaults(),
                TrafficConfig.reading("-"),
                ProxyConfig.defaults(),
                CaptureConfig.defaults(),
                RedactionConfig.defaults(),
                TeacherConfig.of(Path.of("teacher")),
                ScorerConfig.defaults(),
                TrainerConfig.defaults(),
                ServingConfig.defaults(),
                RolloutConfig.defaults(),
                GateConfig.defaults());
    }
}
