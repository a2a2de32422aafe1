package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.BackgroundWriter;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotPublisher;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.checkpoint.SnapshotTopic;
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
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
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
 * <p>Training resumes from the newest checkpoint in the data directory, if there is one, as if it had never stopped.
 */
public final class TrainerStage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerStage.class);

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(5);

    // configuration
    private final TrainerConfig config;
    private final String topic;
    private final Path initialStudent;

    // the stream
    private final MergedTopicReader reader;
    private final RecordRouter router;
    private final UnaryOperator<String> topicIds;
    private final DeadLetters deadLetters;
    private final DeadLetters.Positions letterPositions;

    // the training
    private final TrainingSession session;
    private final HeldOutSet heldOut;
    private final TrainingMetrics metrics;

    // the data directory
    private final DataDirectory data;
    private final Ledger ledger;
    private final ResumePoint resume;
    private final SnapshotPublisher publisher;
    private final BackgroundWriter writer;

    private final Closer resources;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean stoppingAtEnd = new AtomicBoolean();
    private @Nullable TopicWatch watch;
    private volatile Crashes crashes = Crashes.none();
    private volatile HealthCheck readiness = HealthCheck.failed("not reading yet");

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
        this.topicIds = kafka.topicId();
        this.resources = resources;
        this.initialStudent = initialStudent(config);

        this.data = resources.add(DataDirectory.open(config.dataDirectory()));
        var snapshots = new SnapshotStore(config.dataDirectory(), clock);
        var checkpoints = new CheckpointStore(config.dataDirectory(), clock);
        snapshots.sweep();
        checkpoints.sweep();
        this.ledger = resources.add(Ledger.open(data));
        this.resume = ResumePoint.find(config.dataDirectory(), checkpoints, snapshots, ledger);
        Snapshot checkpoint = resume.checkpoint();

        this.session = resources.add(TrainingSession.open(config, initialStudent, checkpoint));
        var tokenizer = new ExampleTokenizer(session.tokenizer(), session.config(), session.wording());
        this.heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
        this.metrics = new TrainingMetrics(meters);
        if (checkpoint != null) {
            heldOut.restore(Snapshot.heldOutFile(checkpoint.directory()), tokenizer);
            meters.resumeFrom(session.steps(), checkpoint.manifest().createdAt());
        }

        this.deadLetters =
                resources.add(new DeadLetters(kafka.letterProducer().apply(data.id()), topics.deadLetters(), meters));
        this.letterPositions = kafka.letterPositions();
        this.reader = new MergedTopicReader(
                kafka.consumer(), topic, kafka.servers(), config.mergeWait(), config.reading(), System::nanoTime);
        this.router = new RecordRouter(
                new RecordCheck(config.loss(), session.tokenizerHash(), session.wording(), session.plans()),
                tokenizer::tokenize,
                new ExampleBuilder(tokenizer, session.tokenizer(), config.loss(), session.plans()),
                deadLetters,
                checkpoint == null ? null : checkpoint.manifest().teacher(),
                config.accepts(ResumeMismatch.TEACHER));

        var snapshotTopic = new SnapshotTopic(kafka.snapshotProducer().apply(data.id()), topics.studentSnapshots());
        this.publisher =
                new SnapshotPublisher(config, data, ledger, checkpoints, snapshots, snapshotTopic, deadLetters, meters);
        this.writer = resources.add(new BackgroundWriter(config.checkpoints().failures(), meters));
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
            var connections = KafkaConnections.open(kafka, config.patience(), telemetry, resources);
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
        TrainerState before = session.state();
        long stepsBefore = session.steps();
        Map<TopicPartition, Long> timestamps =
                Offsets.parse(before.timestamps()).offsets();
        if (resume.checkpoint() != null) {
            LOG.info(
                    "resuming from {} at {}",
                    resume.checkpoint().manifest().id(),
                    resume.offsets().named());
        }
        var start = new MergedTopicReader.Start(
                resume.offsets(), timestamps, config.accepts(ResumeMismatch.PARTITIONS), ledger.skipped());
        Waiting waiting = reader.open(start, config.patience(), this::isStopping)
                .map(offsets -> train(offsets, before))
                .orElse(Waiting.NOTHING);
        return report(before, stepsBefore, waiting);
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

    private Waiting train(Offsets offsets, TrainerState before) {
        String topicId = topicIds.apply(topic);
        new ResumeCheck(config).requireSameTopic(topic, topicId, ledger.starts());
        openJournals(topicId);
        List<Ledger.Listed> listed = resume.repeatable(crashes, ledger, data.epoch(), offsets);
        watch = resources.add(TopicWatch.start(topic, topicId, topicIds, WATCH_INTERVAL));
        deadLetters.begin(
                KafkaClients.letterGroup(data.id(), topicId, ledger.lineage().branches()),
                offsets.offsets().keySet(),
                letterPositions);
        publisher.begin();
        ledger.append(
                new LedgerEntry.Started(data.epoch(), session.steps(), topic, topicId, offsets.byPartitionNumber()));

        var cursor = new StreamCursor(
                topic,
                offsets,
                Offsets.parse(before.timestamps()).offsets(),
                before.incompleteEnds(),
                ledger.skipped());
        var scheduler = new CheckpointScheduler(
                config,
                session,
                heldOut,
                router,
                cursor,
                publisher,
                writer,
                metrics,
                resume.ledger(),
                System::nanoTime);
        var steps = new StepGuard(session, crashes);
        var trainer =
                new Trainer(config, topic, reader, router, cursor, heldOut, session, steps, ledger, scheduler, metrics);
        readiness = HealthCheck.passed("training");
        trainer.train(listed, this::isStopping);
        readiness = HealthCheck.failed("stopped");
        return Waiting.of(
                trainer.waiting(), config.batches().stepTokens(), progress().lag());
    }

    /** Opens the journals of the records that the process died of. */
    private void openJournals(String topicId) {
        crashes = Crashes.open(data.root().resolve("crashes"), topic + " " + topicId, config.maxDeaths());
        router.watch(crashes);
        if (stopping.get()) {
            crashes.ignoreFurtherDeaths();
        }
    }

    /** For the thread of {@link #run} alone: it may ask the broker. */
    private boolean isStopping() {
        TopicWatch watching = watch;
        if (watching != null) {
            watching.requireSame();
        }
        return stopping.get() || (stoppingAtEnd.get() && reader.isPastEnd());
    }

    private HealthCheck readiness() {
        HealthCheck training = readiness;
        return training.passed() ? writer.health() : training;
    }

    private TrainingReport report(TrainerState before, long stepsBefore, Waiting waiting) {
        TrainerState after = session.state();
        return new TrainingReport(
                initialStudent,
                baseline(),
                session.evaluate(heldOut).orElse(null),
                session.steps() - stepsBefore,
                after.records() - before.records(),
                after.tokens() - before.tokens(),
                router.truncatedResponses(),
                waiting,
                metrics.tokensPerSecond(),
                publisher.newest().orElse(null));
    }

    /** The student that training first started from, on the records held out since. */
    private @Nullable HeldOutEvaluation baseline() {
        if (heldOut.size() == 0) {
            return null;
        }
        try (Student student = Student.load(
                        initialStudent, null, List.of(), config.devices().first());
                HeldOutEvaluator evaluator = new HeldOutEvaluator(
                        student,
                        session.tokenizer(),
                        session.plans(),
                        config.batches().maxBatchTokens())) {
            return evaluator.evaluate(heldOut).orElse(null);
        }
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
