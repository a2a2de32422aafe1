package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.report.TrainingProgress;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.report.TrainingTotals;
import io.stillstream.trainer.report.Waiting;
import io.stillstream.trainer.rewind.RewindControl;
import io.stillstream.trainer.routing.Crashes;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The student-trainer: opened, run until stopped, closed.
 *
 * <pre>{@code
 * try (TrainerStage trainer = TrainerStage.open(config, topics, kafka, telemetry)) {
 *     TrainingReport report = trainer.run(); // returns after trainer.stop() from another thread
 * }
 * }</pre>
 *
 * <p>Training resumes from the newest checkpoint in the data directory, if there is one, as if it had never stopped. Where an
 * order of the rollout takes it back, it goes on from the champion's checkpoint in the same way, without a restart.
 */
public final class TrainerStage implements AutoCloseable {

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(5);

    private final TrainerConfig config;
    private final String topic;
    private final KafkaConnections kafka;
    private final DataDirectory data;
    private final TrainingMetrics metrics;
    private final RewindControl control;
    private final Supplier<TrainingBranch> branches;
    private final Closer resources;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean stoppingAtEnd = new AtomicBoolean();
    private @Nullable TopicWatch watch;
    private @Nullable Crashes journals;
    private volatile Crashes crashes = Crashes.none();
    private volatile HealthCheck readiness = HealthCheck.failed("not reading yet");
    private volatile TrainingBranch branch;

    /** @param resources what this stage closes, the clients among it */
    TrainerStage(
            TrainerConfig config,
            Topics topics,
            KafkaConnections kafka,
            TrainerMeters meters,
            Clock clock,
            Closer resources) {
        this.config = config;
        this.topic = topics.teacherTargets();
        this.kafka = kafka;
        this.resources = resources;
        Path initialStudent = initialStudent(config);

        this.data = resources.add(DataDirectory.open(config.dataDirectory()));
        var snapshots = new SnapshotStore(config.dataDirectory(), clock);
        var checkpoints = new CheckpointStore(config.dataDirectory(), clock);
        snapshots.sweep();
        checkpoints.sweep();
        Ledger ledger = resources.add(Ledger.open(data));
        this.metrics = new TrainingMetrics(meters);
        this.control = resources.add(
                new RewindControl(kafka.orders(), kafka.targets(), data, ledger, snapshots, meters, clock));
        this.branches = () -> new TrainingBranch(
                config, initialStudent, topics, kafka, meters, metrics, data, ledger, snapshots, checkpoints);
        this.branch = branches.get();
        resources.add(() -> branch.close());
    }

    /**
     * Loads the student, or the newest checkpoint, and connects to Kafka.
     *
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @throws TrainerException when student, data directory or properties cannot be used
     */
    public static TrainerStage open(TrainerConfig config, Topics topics, Map<String, ?> kafka, Telemetry telemetry) {
        var resources = new Closer();
        try {
            var connections = KafkaConnections.open(kafka, topics, config.patience(), telemetry, resources);
            var stage =
                    new TrainerStage(config, topics, connections, telemetry.trainer(), Clock.systemUTC(), resources);
            telemetry.health().ready(Stage.TRAINER.label(), stage::readiness);
            return stage;
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /**
     * Trains until {@link #stop}. To be called once.
     *
     * @throws TrainerException when training cannot go on: no broker, records deleted unread, a full disk
     */
    public TrainingReport run() {
        TrainingTotals totals = TrainingTotals.NONE;
        while (true) {
            Optional<Waiting> waiting = branch.train(new Around(), control, this::isStopping);
            if (waiting.isPresent()) {
                readiness = HealthCheck.failed("stopped");
                return totals.addedTo(branch.report(waiting.get()));
            }
            readiness = HealthCheck.failed("going back to the champion");
            totals = totals.plus(branch.totals());
            branch.close();
            branch = branches.get();
        }
    }

    /** Lets {@link #run} finish the step it is in, publish and return. Safe from any thread, also more than once. */
    public void stop() {
        stopping.set(true);
        crashes.ignoreFurtherDeaths();
    }

    /**
     * Lets {@link #run} stop once it has read every record that was committed to the topic before this was called. Safe
     * from any thread.
     */
    public void stopAtEnd() {
        stoppingAtEnd.set(true);
    }

    /** How far training has come. Safe from any thread. */
    public TrainingProgress progress() {
        return metrics.progress();
    }

    @Override
    public void close() {
        resources.close();
    }

    /** What the first branch opens, and all use. */
    private final class Around implements TrainingBranch.Surroundings {

        @Override
        public String topicId() {
            String id = kafka.topicId().apply(topic);
            if (watch == null) {
                watch = resources.add(TopicWatch.start(topic, id, kafka.topicId(), WATCH_INTERVAL));
            }
            return id;
        }

        @Override
        public Crashes crashes(String topicId) {
            Crashes opened = journals;
            if (opened == null) {
                control.begin(config.patience());
                opened = Crashes.open(data.root().resolve("crashes"), topic + " " + topicId, config.maxDeaths());
                journals = opened;
                crashes = opened;
                if (stopping.get()) {
                    opened.ignoreFurtherDeaths();
                }
            }
            return opened;
        }

        @Override
        public void began() {
            readiness = HealthCheck.passed("training");
        }
    }

    /** For the thread of {@link #run} alone: it may ask the broker. */
    private boolean isStopping() {
        TopicWatch watching = watch;
        if (watching != null) {
            watching.requireSame();
        }
        return stopping.get() || (stoppingAtEnd.get() && branch.isPastEnd());
    }

    private HealthCheck readiness() {
        HealthCheck training = readiness;
        return training.passed() ? branch.health() : training;
    }

    private static Path initialStudent(TrainerConfig config) {
        Path student = config.student();
        if (student == null) {
            throw new TrainerException(
                    "no student is set; name a Hugging Face directory of a decoder with --student or trainer.student");
        }
        return student.toAbsolutePath().normalize();
    }
}
