package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.student.Student;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.BackgroundWriter;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotAnnouncer;
import io.stillstream.trainer.checkpoint.SnapshotPublisher;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.heldout.HeldOutEvaluator;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
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
    private final String topic;
    private final Path initialStudent;
    private final @Nullable Snapshot checkpoint;
    private final TrainingSession training;
    private final Ledger ledger;
    private final List<Ledger.Listed> listed;
    private final MergedTopicReader reader;
    private final HeldOutSet heldOut;
    private final RecordRouter intake;
    private final SnapshotPublisher publisher;
    private final BackgroundWriter writer;
    private final DataDirectory data;
    private final CheckpointScheduler steps;
    private final Trainer loop;
    private final UnaryOperator<String> topicIds;
    private final Closer resources;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean endAsked = new AtomicBoolean();
    private volatile HealthCheck readiness = HealthCheck.failed("not reading yet");

    /**
     * The connections to Kafka.
     *
     * @param consumer of {@code teacher-targets}; see {@link KafkaClients#consumer}
     * @param producer of dead letters; see {@link KafkaClients#producer}
     * @param announcer of snapshots, for the trainer that it is told; see {@link KafkaClients#announcer}
     * @param topicId of a topic that is there; see {@link KafkaClients#topicId}
     * @param servers for messages
     */
    record Connections(
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            Function<String, Producer<byte[], byte[]>> announcer,
            UnaryOperator<String> topicId,
            String servers) {}

    /** @param resources what this stage is to close, the clients among it */
    TrainerStage(
            TrainerConfig config,
            Topics topics,
            Connections kafka,
            TrainerMeters meters,
            Clock clock,
            Closer resources) {
        this.config = config;
        this.topic = topics.teacherTargets();
        this.topicIds = kafka.topicId();
        this.resources = resources;
        this.initialStudent = initialStudent(config);
        this.data = resources.add(DataDirectory.open(config.dataDirectory()));
        var snapshots = new SnapshotStore(config.dataDirectory(), clock);
        var checkpoints = new CheckpointStore(config.dataDirectory(), clock);
        snapshots.sweep();
        checkpoints.sweep();
        this.ledger = resources.add(Ledger.open(data));
        this.checkpoint = checkpoints
                .newestValid(candidate ->
                        ledger.lineage().holds(candidate.manifest().writer().ledgerBytes()))
                .orElse(null);
        if (checkpoint == null && !checkpoints.isEmpty()) {
            throw new TrainerException("none of the checkpoints in " + config.dataDirectory()
                    + " is intact; restore one, or start over from a snapshot in a new data directory");
        }
        LedgerPosition end = checkpoint == null ? LedgerPosition.NONE : LedgerPosition.of(checkpoint.manifest());
        this.listed = ledger.stepsAfter(end);
        this.training = resources.add(TrainingSession.open(config, initialStudent, checkpoint));
        var deadLetters = new DeadLetters(kafka.producer(), topics.deadLetters(), meters);
        this.reader =
                new MergedTopicReader(kafka.consumer(), topic, kafka.servers(), config.mergeWait(), System::nanoTime);
        this.heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
        var preparer = new ExampleTokenizer(training.tokenizer(), training.config());
        this.intake = new RecordRouter(
                preparer,
                new RecordCheck(config.loss(), training.tokenizerHash()),
                new ExampleBuilder(preparer, training.tokenizer(), config.loss()),
                deadLetters,
                checkpoint == null ? null : checkpoint.manifest().teacher(),
                config.accepts(ResumeMismatch.TEACHER));
        this.publisher = new SnapshotPublisher(
                config,
                data,
                ledger,
                checkpoints,
                snapshots,
                new SnapshotAnnouncer(resources.add(kafka.announcer().apply(data.id())), topics.studentSnapshots()),
                deadLetters,
                meters);
        this.writer = resources.add(new BackgroundWriter(config.checkpoints().failures(), meters));
        if (checkpoint != null) {
            intake.restore(SnapshotPublisher.heldOut(checkpoint), heldOut);
            meters.resumeFrom(training.steps(), checkpoint.manifest().createdAt());
        }
        this.steps = new CheckpointScheduler(config, training, heldOut, intake, publisher, writer, meters, end);
        this.loop = new Trainer(config, topic, training, reader, intake, heldOut, ledger, steps, meters);
    }

    /**
     * Loads the student, or the newest snapshot, and connects to Kafka.
     *
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @throws TrainerException when student, data directory or properties cannot be used
     */
    public static TrainerStage open(TrainerConfig config, Topics topics, Map<String, ?> kafka, Telemetry telemetry) {
        var resources = new Closer();
        try {
            Consumer<byte[], byte[]> consumer = resources.add(KafkaClients.consumer(kafka));
            Producer<byte[], byte[]> producer = resources.add(KafkaClients.producer(kafka));
            resources.add(telemetry.bindKafka(Stage.TRAINER, consumer));
            resources.add(telemetry.bindKafka(Stage.TRAINER, producer));
            var connections = new Connections(
                    consumer,
                    producer,
                    trainer -> KafkaClients.announcer(kafka, trainer),
                    name -> KafkaClients.topicId(kafka, name, config.patience()),
                    String.valueOf(kafka.get("bootstrap.servers")));
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
        TrainerState before = training.state();
        long stepsBefore = training.steps();
        Optional<Offsets> opened = reader.open(beginning(before), config.patience(), this::isStopping);
        if (opened.isPresent()) {
            String topicId = topicIds.apply(topic);
            requireSameTopic(topicId);
            publisher.begin();
            ledger.append(
                    new LedgerEntry.Started(data.epoch(), training.steps(), topic, topicId, numbered(opened.get())));
            readiness = HealthCheck.passed("training");
            loop.run(
                    new StreamCursor(topic, opened.get(), timestamps(before), ledger.skipped()),
                    listed,
                    this::isStopping);
            readiness = HealthCheck.failed("stopped");
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
                steps.tokensPerSecond(),
                publisher.newest().orElse(null));
    }

    /** Lets {@link #run} finish the step it is in, publish and return. Safe from any thread, also more than once. */
    public void stop() {
        stopping.set(true);
    }

    /**
     * Lets {@link #run} stop once it has read every record that was committed to the topic before this was called. Safe
     * from any thread.
     */
    public void stopAtEnd() {
        endAsked.set(true);
    }

    /** How far training has come. Safe from any thread. */
    public TrainingProgress progress() {
        return loop.progress();
    }

    @Override
    public void close() {
        resources.close();
    }

    /** For the thread of {@link #run} alone: it may ask the broker. */
    private boolean isStopping() {
        return stopping.get() || (endAsked.get() && reader.isPastEnd());
    }

    private MergedTopicReader.Beginning beginning(TrainerState state) {
        Offsets saved = checkpoint == null
                ? ledger.starts().stream()
                        .findFirst()
                        .map(TrainerStage::position)
                        .orElse(Offsets.beginning())
                : Offsets.parse(checkpoint.manifest().offsets());
        if (checkpoint != null) {
            LOG.info("going on from {} at {}", checkpoint.manifest().id(), saved.named());
        }
        return new MergedTopicReader.Beginning(
                saved, timestamps(state), config.accepts(ResumeMismatch.PARTITIONS), ledger.skipped());
    }

    /** Of a topic that was deleted and made anew, offsets mean other records, and nothing else would tell. */
    private void requireSameTopic(String topicId) {
        List<LedgerEntry.Started> starts = ledger.starts();
        if (starts.isEmpty()) {
            return;
        }
        LedgerEntry.Started last = starts.get(starts.size() - 1);
        if (last.topicId().isEmpty()
                || !last.topic().equals(topic)
                || last.topicId().equals(topicId)) {
            return;
        }
        String what = "the topic " + topic + " was deleted and made anew: its id is " + topicId + " and was "
                + last.topicId() + " when it was trained from, so its offsets are of other records";
        if (!config.accepts(ResumeMismatch.TOPIC)) {
            throw new TrainerException("training cannot go on in " + config.dataDirectory() + ": " + what + "; "
                    + ResumeMismatch.TOPIC.remedy() + ", or start over from a snapshot in a new data directory");
        }
        LOG.warn("going on although {}, as trainer.accept-changes says", what);
    }

    private static Offsets position(LedgerEntry.Started started) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        started.offsets()
                .forEach((partition, offset) -> offsets.put(new TopicPartition(started.topic(), partition), offset));
        return Offsets.of(offsets);
    }

    private static Map<Integer, Long> numbered(Offsets position) {
        Map<Integer, Long> offsets = new HashMap<>();
        position.offsets().forEach((partition, offset) -> offsets.put(partition.partition(), offset));
        return offsets;
    }

    private static Map<TopicPartition, Long> timestamps(TrainerState state) {
        return Offsets.parse(state.timestamps()).offsets();
    }

    private HealthCheck readiness() {
        HealthCheck training = readiness;
        return training.passed() ? writer.health() : training;
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
