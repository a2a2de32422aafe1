package io.stillstream.trainer;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Check;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.batch.ExampleMaker;
import io.stillstream.trainer.batch.RecordCheck;
import io.stillstream.trainer.batch.SequencePreparer;
import io.stillstream.trainer.evaluation.HeldOutEvaluation;
import io.stillstream.trainer.evaluation.HeldOutEvaluator;
import io.stillstream.trainer.evaluation.HeldOutSet;
import io.stillstream.trainer.snapshot.DataDirectory;
import io.stillstream.trainer.snapshot.Snapshot;
import io.stillstream.trainer.snapshot.SnapshotStore;
import io.stillstream.trainer.stream.DeadLetters;
import io.stillstream.trainer.stream.KafkaClients;
import io.stillstream.trainer.stream.SnapshotAnnouncer;
import io.stillstream.trainer.stream.StreamPosition;
import io.stillstream.trainer.stream.TargetsReader;
import io.stillstream.trainer.student.Student;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The student-trainer: opened, run until stopped, closed.
 *
 * <pre>{@code
 * try (TrainerStage trainer = TrainerStage.open(config, topics, kafka, telemetry)) {
 *     TrainingReport report = trainer.run(); // returns after trainer.stop() from another thread
 * }
 * }</pre>
 *
 * <p>Training goes on from the newest snapshot in the data directory, if there is one, as if it had never stopped.
 */
public final class TrainerStage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerStage.class);

    private final TrainerConfig config;
    private final Path initialStudent;
    private final @Nullable Snapshot resumed;
    private final StudentTraining training;
    private final TargetsReader reader;
    private final HeldOutSet heldOut;
    private final Intake intake;
    private final SnapshotPublisher publisher;
    private final TrainingLoop loop;
    private final Resources resources;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile Check readiness = Check.failed("not reading yet");

    /**
     * @param consumer of {@code teacher-targets}; see {@link KafkaClients#consumer}
     * @param producer of dead letters and announcements; see {@link KafkaClients#producer}
     * @param servers for messages
     * @param resources what this stage is to close, the clients among it
     */
    TrainerStage(
            TrainerConfig config,
            Topics topics,
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            String servers,
            TrainerMeters meters,
            Clock clock,
            Resources resources) {
        this.config = config;
        this.resources = resources;
        this.initialStudent = initialStudent(config);
        resources.add(DataDirectory.open(config.dataDirectory()));
        var store = new SnapshotStore(config.dataDirectory(), clock);
        store.sweep();
        this.resumed = store.newestValid().orElse(null);
        if (resumed == null && !store.isEmpty()) {
            throw new TrainerException("none of the snapshots in " + config.dataDirectory()
                    + " is intact; restore one, or start over in a new data directory");
        }
        this.training = resources.add(StudentTraining.open(config, initialStudent, resumed));
        var deadLetters = new DeadLetters(producer, topics.deadLetters(), meters);
        this.reader = new TargetsReader(consumer, topics.teacherTargets(), servers, deadLetters);
        this.heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
        var preparer = new SequencePreparer(training.tokenizer(), training.config());
        this.intake = new Intake(
                preparer,
                new RecordCheck(config.loss(), training.tokenizerHash()),
                new ExampleMaker(preparer, training.tokenizer(), config.loss()),
                heldOut,
                deadLetters,
                resumed == null ? null : resumed.manifest().teacher());
        this.publisher = new SnapshotPublisher(
                store,
                new SnapshotAnnouncer(producer, topics.studentSnapshots(), config.patience()),
                meters,
                config.loss().describe(),
                config.snapshots().keep());
        this.loop =
                new TrainingLoop(config, training, reader, intake, heldOut, deadLetters, publisher, meters, resumed);
        if (resumed != null) {
            intake.restore(SnapshotPublisher.heldOut(resumed));
            meters.resumeFrom(training.steps(), resumed.manifest().createdAt());
        }
    }

    /**
     * Loads the student, or the newest snapshot, and connects to Kafka.
     *
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @throws TrainerException when student, data directory or properties cannot be used
     */
    public static TrainerStage open(TrainerConfig config, Topics topics, Map<String, ?> kafka, Telemetry telemetry) {
        var resources = new Resources();
        try {
            Consumer<byte[], byte[]> consumer = resources.add(KafkaClients.consumer(kafka));
            Producer<byte[], byte[]> producer = resources.add(KafkaClients.producer(kafka));
            resources.add(telemetry.bindKafka(Stage.TRAINER, consumer));
            resources.add(telemetry.bindKafka(Stage.TRAINER, producer));
            var stage = new TrainerStage(
                    config,
                    topics,
                    consumer,
                    producer,
                    String.valueOf(kafka.get("bootstrap.servers")),
                    telemetry.trainer(),
                    Clock.systemUTC(),
                    resources);
            telemetry.health().ready(Stage.TRAINER.label(), () -> stage.readiness);
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
        TrainerState before = training.state();
        long stepsBefore = training.steps();
        StreamPosition position = StreamPosition.beginning();
        if (resumed != null) {
            position = StreamPosition.parse(resumed.manifest().offsets());
            LOG.info("going on from {} at {}", resumed.manifest().id(), position.named());
        }
        if (reader.open(position, config.patience(), stopping::get)) {
            if (resumed != null) {
                publisher.announce(resumed);
            }
            readiness = Check.passed("training");
            loop.run(stopping::get);
            readiness = Check.failed("stopped");
        }
        TrainerState after = training.state();
        return new TrainingReport(
                initialStudent,
                baseline(),
                training.evaluate(heldOut).orElse(null),
                training.steps() - stepsBefore,
                after.records() - before.records(),
                after.tokens() - before.tokens(),
                intake.cutResponses(),
                loop.tokensPerSecond(),
                loop.lastSnapshot().orElse(null));
    }

    /** Lets {@link #run} finish the step it is in, publish and return. Safe from any thread, also more than once. */
    public void stop() {
        stopping.set(true);
    }

    /** How far training has come. Safe from any thread. */
    public TrainingProgress progress() {
        return loop.progress();
    }

    @Override
    public void close() {
        resources.close();
    }

    /** The student that training first started from, on the records held out since. */
    private @Nullable HeldOutEvaluation baseline() {
        if (heldOut.size() == 0) {
            return null;
        }
        try (Student student = Student.load(initialStudent);
                HeldOutEvaluator evaluator = new HeldOutEvaluator(
                        student, training.tokenizer(), config.batches().maxBatchTokens())) {
            return evaluator.evaluate(heldOut).orElse(null);
        }
    }

    private static Path initialStudent(TrainerConfig config) {
        Path student = config.student();
        if (student == null) {
            throw new TrainerException("no student is set; name a Hugging Face directory to train");
        }
        return student.toAbsolutePath().normalize();
    }
}
