package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.stage.ProducerStage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.topology.ScorerBacklog;
import io.stillstream.scorer.topology.ScorerStage;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loop.TrainerStage;
import java.nio.file.Path;
import java.util.Map;

/** Opens the stages of a configuration against one cluster. */
public final class Stages {

    private final StillstreamConfig config;
    private final String bootstrapServers;
    private final Telemetry telemetry;

    public Stages(StillstreamConfig config, String bootstrapServers, Telemetry telemetry) {
        this.config = config;
        this.bootstrapServers = bootstrapServers;
        this.telemetry = telemetry;
    }

    public ProducerStage producer() {
        Redaction redaction = Redaction.open(config.redaction(), config.dataDirectory(), telemetry);
        return new ProducerStage(config.traffic(), redaction, config.topics(), kafka(), telemetry);
    }

    public Teacher teacher() {
        OnnxTeacher teacher = OnnxTeacher.open(config.teacher());
        teacher.warmUp(config.scorer().maxBatchTokens(), config.scorer().maxBatchRecords());
        return teacher;
    }

    /** Starts scoring; the teacher stays the caller's to close, after the stage. */
    public ScorerStage scorer(Teacher teacher) {
        ScorerStage stage = ScorerStage.start(
                scorerConfig(), config.topics(), bootstrapServers, streamsKafka(), teacher, telemetry.scorer());
        return watched(stage);
    }

    /** Of the cluster that the stages work on. */
    String bootstrapServers() {
        return bootstrapServers;
    }

    /** The options with which another command reads the same topics. */
    public String reachedBy() {
        return config.reachedBy();
    }

    /** How far the stages of this process have come. */
    public Progress progress() {
        return telemetry.progress();
    }

    /** The prompts that the topic holds now, which some scorer of the group has yet to score. */
    public ScorerBacklog backlog() {
        return ScorerBacklog.of(scorerConfig(), config.topics(), kafka());
    }

    private ScorerStage watched(ScorerStage stage) {
        telemetry.health().live(Stage.SCORER.label(), stage::liveness);
        telemetry.health().ready(Stage.SCORER.label(), stage::readiness);
        telemetry.bind(stage.kafkaMeters());
        return stage;
    }

    public TrainerStage trainer() {
        return TrainerStage.open(trainerConfig(), config.topics(), kafka(), telemetry);
    }

    /** The trainer's configuration with its directory inside the data directory, and with what the teacher's section says. */
    public TrainerConfig trainerConfig() {
        TrainerConfig trainer = config.trainerWithTeacher();
        return trainer.withDataDirectory(inDataDirectory(trainer.dataDirectory()));
    }

    /** The scorer's configuration with its directory inside the data directory. */
    public ScorerConfig scorerConfig() {
        return config.scorer()
                .withStateDirectory(inDataDirectory(config.scorer().stateDirectory()));
    }

    private Map<String, Object> kafka() {
        return config.kafka().clientProperties(bootstrapServers);
    }

    private Map<String, Object> streamsKafka() {
        return config.kafka().streamsProperties(bootstrapServers);
    }

    private Path inDataDirectory(Path directory) {
        return config.dataDirectory().resolve(directory);
    }
}
