package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.student.model.Student;
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
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.report.TrainingTotals;
import io.stillstream.trainer.report.Waiting;
import io.stillstream.trainer.rewind.RewindControl;
import io.stillstream.trainer.routing.Crashes;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training from the newest checkpoint of the branch that the ledger is on, until it is stopped or taken back: then another one
 * of these goes on, as another process would. The data directory, the ledger and the meters are the same for all of a stage's.
 */
final class TrainingBranch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingBranch.class);

    // configuration
    private final TrainerConfig config;
    private final String topic;
    private final Path initialStudent;

    // the stream
    private final MergedTopicReader reader;
    private final RecordRouter router;
    private final DeadLetters deadLetters;
    private final DeadLetters.Positions letterPositions;

    // the training
    private final TrainingSession session;
    private final HeldOutSet heldOut;
    private final TrainingMetrics metrics;
    private final TrainerState before;
    private final long stepsBefore;

    // the data directory
    private final DataDirectory data;
    private final Ledger ledger;
    private final ResumePoint resume;
    private final SnapshotPublisher publisher;
    private final BackgroundWriter writer;

    private final Closer resources = new Closer();

    TrainingBranch(
            TrainerConfig config,
            Path initialStudent,
            Topics topics,
            KafkaConnections kafka,
            TrainerMeters meters,
            TrainingMetrics metrics,
            DataDirectory data,
            Ledger ledger,
            SnapshotStore snapshots,
            CheckpointStore checkpoints) {
        this.config = config;
        this.topic = topics.teacherTargets();
        this.initialStudent = initialStudent;
        this.metrics = metrics;
        this.data = data;
        this.ledger = ledger;
        try {
            this.resume = ResumePoint.find(config.dataDirectory(), checkpoints, snapshots, ledger);
            Snapshot checkpoint = resume.checkpoint();

            this.session = resources.add(TrainingSession.open(config, initialStudent, checkpoint));
            this.before = session.state();
            this.stepsBefore = session.steps();
            var tokenizer = new ExampleTokenizer(session.tokenizer(), session.config(), session.wording());
            this.heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
            if (checkpoint != null) {
                heldOut.restore(Snapshot.heldOutFile(checkpoint.directory()), tokenizer);
                meters.resumeFrom(session.steps(), checkpoint.manifest().createdAt());
            }

            this.deadLetters = resources.add(
                    new DeadLetters(kafka.letterProducer().open(data.id(), resources), topics.deadLetters(), meters));
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

            var snapshotTopic =
                    new SnapshotTopic(kafka.snapshotProducer().open(data.id(), resources), topics.studentSnapshots());
            this.publisher = new SnapshotPublisher(
                    config, data, ledger, checkpoints, snapshots, snapshotTopic, deadLetters, meters);
            this.writer =
                    resources.add(new BackgroundWriter(config.checkpoints().failures(), meters));
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /** What training needs of the stage once the topic is there. */
    interface Surroundings {

        /** The brokers' id of the topic, which is watched from now on. */
        String topicId();

        /** What the process died of before. */
        Crashes crashes(String topicId);

        /** Training has begun. */
        void began();
    }

    /**
     * Trains.
     *
     * @return what was not trained on; empty when an order took training back, and it has to go on in another branch
     */
    Optional<Waiting> train(Surroundings surroundings, RewindControl control, BooleanSupplier stopping) {
        if (resume.checkpoint() != null) {
            LOG.info(
                    "resuming from {} at {}",
                    resume.checkpoint().manifest().id(),
                    resume.offsets().named());
        }
        var deleted = new AccountedDeletions(ledger, config.accepts(ResumeMismatch.DELETED_RECORDS));
        var start = new MergedTopicReader.Start(
                resume.offsets(),
                Offsets.parse(before.timestamps()).offsets(),
                config.accepts(ResumeMismatch.PARTITIONS),
                ledger.passedOver(),
                deleted);
        Optional<Offsets> offsets = reader.open(start, config.patience(), stopping);
        return offsets.isEmpty()
                ? Optional.of(Waiting.NOTHING)
                : train(offsets.get(), deleted, surroundings, control, stopping);
    }

    private Optional<Waiting> train(
            Offsets offsets,
            AccountedDeletions deleted,
            Surroundings surroundings,
            RewindControl control,
            BooleanSupplier stopping) {
        String topicId = surroundings.topicId();
        new ResumeCheck(config).requireSameTopic(topic, topicId, ledger.starts());
        Crashes crashes = surroundings.crashes(topicId);
        router.watch(crashes);
        if (control.obey()) {
            return Optional.empty();
        }
        List<Ledger.Listed> listed = resume.repeatable(crashes, deleted.lost(), ledger, data.epoch(), offsets);
        deadLetters.begin(
                KafkaClients.letterGroup(data.id(), topicId, ledger.lineage().branches()),
                offsets.offsets().keySet(),
                letterPositions);
        publisher.begin();
        ledger.append(
                new LedgerEntry.Started(data.epoch(), session.steps(), topic, topicId, offsets.byPartitionNumber()));
        if (!deleted.lost().isEmpty()) {
            ledger.append(new LedgerEntry.Passed(topic, deleted.lost()));
        }

        var cursor = new StreamCursor(
                topic, offsets, Offsets.parse(before.timestamps()).offsets(), before.incompleteEnds());
        cursor.addDeleted(deleted.all());
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
        var trainer = new Trainer(
                config,
                topic,
                reader,
                router,
                cursor,
                heldOut,
                session,
                new StepGuard(session, crashes),
                ledger,
                scheduler,
                metrics);
        surroundings.began();
        return trainer.train(listed, control, stopping)
                ? Optional.empty()
                : Optional.of(Waiting.of(
                        trainer.waiting(),
                        config.batches().stepTokens(),
                        metrics.progress().lag()));
    }

    /** Whether the last write succeeded. Safe from any thread. */
    HealthCheck health() {
        return writer.health();
    }

    /** Whether all was read that the topic held when this was first asked; for the training thread. */
    boolean isPastEnd() {
        return reader.isPastEnd();
    }

    TrainingTotals totals() {
        TrainerState after = session.state();
        return new TrainingTotals(
                session.steps() - stepsBefore,
                after.records() - before.records(),
                after.tokens() - before.tokens(),
                router.truncatedResponses());
    }

    /** What was done in this branch. */
    TrainingReport report(Waiting waiting) {
        TrainingTotals totals = totals();
        return new TrainingReport(
                initialStudent,
                baseline(),
                session.evaluate(heldOut).orElse(null),
                totals.steps(),
                totals.records(),
                totals.tokens(),
                totals.truncated(),
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

    @Override
    public void close() {
        resources.close();
    }
}
