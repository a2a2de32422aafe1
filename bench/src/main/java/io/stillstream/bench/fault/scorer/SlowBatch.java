package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.topology.ScorerStage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Two scorers in this process, under the default settings, of which one has a batch that takes long. It must neither
 * be fenced nor lose its partitions, and nothing may be scored again.
 */
public final class SlowBatch {

    private static final int PARTITIONS = 2;
    private static final int PROMPTS = 200;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A group that has not rebalanced for so long is stable. */
    private static final Duration STABLE = Duration.ofSeconds(5);

    private static final String REBALANCES = "coordinator.rebalance.total";

    private final Duration batch;
    private final long seed;
    private final @Nullable Path teacherDirectory;
    private final Path directory;
    private final Interruption interruption;
    private final Topics topics = Topics.defaults();
    private final long started = System.nanoTime();

    /**
     * @param batch how long the slow batch takes
     * @param teacherDirectory null for the bundled teacher
     */
    public SlowBatch(
            Duration batch, long seed, @Nullable Path teacherDirectory, Path directory, Interruption interruption) {
        this.batch = batch;
        this.seed = seed;
        this.teacherDirectory = teacherDirectory;
        this.directory = directory;
        this.interruption = interruption;
    }

    public SlowBatchReport run() {
        Path model = teacherDirectory != null
                ? teacherDirectory
                : BundledModels.unpack(directory.resolve("models")).teacher();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                SlowTeacher teacher = new SlowTeacher(OnnxTeacher.open(TeacherConfig.of(model)), batch);
                Telemetry first = telemetry();
                Telemetry second = telemetry()) {
            String servers = broker.bootstrapServers();
            KafkaConfig kafka = KafkaConfig.defaults();
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout())
                    .create(topics, PARTITIONS, PARTITIONS);
            try (ScorerStage one = scorer("one", servers, teacher, first);
                    ScorerStage other = scorer("other", servers, teacher, second)) {
                awaitStable(one, other, first, second);
                return run(servers, teacher, first, second);
            }
        }
    }

    private SlowBatchReport run(String servers, SlowTeacher teacher, Telemetry first, Telemetry second) {
        double before = rebalances(first) + rebalances(second);
        var arrivals = new Arrivals(PROMPTS, PARTITIONS);
        try (var reader = new ArrivalReader(servers, topics, arrivals);
                var feeder = Feeder.start(servers, topics.prompts(), new ChaosPrompts(seed), PROMPTS, 0)) {
            feeder.allow(PROMPTS);
            await(
                    () -> {
                        reader.poll();
                        return arrivals.all();
                    },
                    batch.multipliedBy(3).plus(PATIENCE));
            return new SlowBatchReport(
                    batch,
                    PROMPTS,
                    teacher.mostTimesScored(),
                    Math.toIntExact(Math.round(rebalances(first) + rebalances(second) - before)),
                    ArrivalReader.aborted(servers, topics.teacherTargets())
                            + ArrivalReader.aborted(servers, topics.deadLetters()),
                    arrivals.result(PROMPTS),
                    Duration.ofNanos(System.nanoTime() - started));
        }
    }

    private ScorerStage scorer(String name, String servers, Teacher teacher, Telemetry telemetry) {
        ScorerConfig config = ScorerConfig.defaults().withStateDirectory(directory.resolve(name));
        ScorerStage stage = ScorerStage.start(config, topics, servers, Map.of(), teacher, telemetry.scorer());
        telemetry.bind(stage.kafkaMeters());
        return stage;
    }

    private void awaitStable(ScorerStage one, ScorerStage other, Telemetry first, Telemetry second) {
        await(() -> one.readiness().passed() && other.readiness().passed(), PATIENCE);
        double before;
        do {
            before = rebalances(first) + rebalances(second);
            await(() -> false, STABLE);
        } while (!interruption.requested() && rebalances(first) + rebalances(second) > before);
    }

    private void await(BooleanSupplier condition, Duration atMost) {
        long began = System.nanoTime();
        while (!interruption.requested() && !condition.getAsBoolean() && System.nanoTime() - began < atMost.toNanos()) {
            interruption.await(LOOK_AGAIN);
        }
    }

    /** How many rebalances the scorer's consumers have taken part in. */
    private static double rebalances(Telemetry telemetry) {
        return telemetry.registry().getMeters().stream()
                .filter(meter -> meter.getId().getName().endsWith(REBALANCES))
                .mapToDouble(meter -> meter.measure().iterator().next().getValue())
                .reduce(Double::sum)
                .orElseThrow(() -> new PipelineException("Kafka's consumers have no meter " + REBALANCES));
    }

    private static Telemetry telemetry() {
        return Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    }
}
