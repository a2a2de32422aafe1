package io.stillstream.trainer.loop;

import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.trainer.checkpoint.BackgroundWriter;
import io.stillstream.trainer.checkpoint.CheckpointRequest;
import io.stillstream.trainer.checkpoint.SnapshotPublisher;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.step.StepReport;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the student is evaluated, a checkpoint is written and a snapshot published.
 *
 * <p>Training waits for the copy of its state, and {@link BackgroundWriter} writes the copy. A checkpoint that comes due
 * while something is being written waits until that is done, and is then of the newest step. A snapshot does not: its step
 * was configured, so training waits for the write before it.
 */
final class CheckpointScheduler {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointScheduler.class);
    private static final long NEVER = -1;

    // what a checkpoint is made of
    private final TrainingSession session;
    private final HeldOutSet heldOut;
    private final RecordRouter router;
    private final StreamCursor cursor;

    // where it goes
    private final SnapshotPublisher publisher;
    private final BackgroundWriter writer;
    private final TrainingMetrics metrics;

    // when
    private final TrainerConfig config;
    private final Schedule checkpoints;
    private final Schedule snapshots;

    private LedgerPosition ledger;
    private @Nullable HeldOutEvaluation lastEvaluation;
    private long evaluatedStep = NEVER;

    /**
     * @param ledger the position after the line of the step that training resumes from
     * @param nanos a clock that only goes forward
     */
    CheckpointScheduler(
            TrainerConfig config,
            TrainingSession session,
            HeldOutSet heldOut,
            RecordRouter router,
            StreamCursor cursor,
            SnapshotPublisher publisher,
            BackgroundWriter writer,
            TrainingMetrics metrics,
            LedgerPosition ledger,
            LongSupplier nanos) {
        this.config = config;
        this.session = session;
        this.heldOut = heldOut;
        this.router = router;
        this.cursor = cursor;
        this.publisher = publisher;
        this.writer = writer;
        this.metrics = metrics;
        this.ledger = ledger;
        this.checkpoints = new Schedule(
                config.checkpoints().everySteps(), config.checkpoints().every(), session.steps(), nanos);
        this.snapshots =
                new Schedule(config.snapshots().everySteps(), config.snapshots().every(), session.steps(), nanos);
    }

    /**
     * Publishes the snapshot of the step that training resumes from, if a crash kept it from being published: a snapshot's
     * checkpoint is written first.
     */
    void begin() {
        int every = config.snapshots().everySteps();
        if (session.steps() > publishedStep() && every > 0 && session.steps() % every == 0) {
            publish();
        }
    }

    /** To be called before a step: the first time evaluates the student, so that there is a baseline to compare with. */
    void before() {
        if (evaluatedStep == NEVER) {
            evaluate();
            if (session.steps() == 0) {
                trustByLastEvaluation();
            }
        }
    }

    /**
     * To be called after a step: evaluates the student when that is due.
     *
     * @param end the position after the step's line in the ledger
     */
    void after(StepReport step, LedgerPosition end) {
        ledger = end;
        if (!step.applied()) {
            return;
        }
        int every = config.evaluations().everySteps();
        if (every > 0 && step.step() % every == 0) {
            evaluate();
            trustByLastEvaluation();
        }
        checkpoints.reach(step.step());
        snapshots.reach(step.step());
    }

    /**
     * Saves what is due by step or by time; to be called often, also while no records come.
     *
     * @throws RuntimeException what writing in the background failed with, when that stops training
     */
    void saveDue() {
        writer.check();
        if (snapshots.isDue(session.steps())) {
            publish();
        } else if (checkpoints.isDue(session.steps()) && !writer.isBusy()) {
            checkpoint();
        }
    }

    /** Publishes what was learned since the last snapshot, and waits until everything is written. */
    void finish() {
        writer.check();
        writer.await();
        if (session.steps() > publishedStep()) {
            publish();
        }
        writer.finish();
    }

    /** Waits for what is being written, which reads what training would change. */
    void settle() {
        writer.await();
    }

    private void checkpoint() {
        LOG.debug("step {}: {} arrays in native memory", session.steps(), session.arrays());
        long started = System.nanoTime();
        CheckpointRequest request = request(null);
        writer.submit(() -> publisher.checkpoint(request));
        checkpoints.done(session.steps());
        metrics.recordPause(Duration.ofNanos(System.nanoTime() - started));
    }

    private void publish() {
        if (evaluatedStep != session.steps() || heldOut.size() != evaluatedRecords()) {
            evaluate();
        }
        long started = System.nanoTime();
        // The copy reuses the memory of the one before, which may still be being written.
        writer.await();
        CheckpointRequest request = request(session.golden(heldOut));
        writer.submit(() -> publisher.publish(request));
        checkpoints.done(session.steps());
        snapshots.done(session.steps());
        metrics.recordPause(Duration.ofNanos(System.nanoTime() - started));
    }

    private CheckpointRequest request(@Nullable GoldenPrompts golden) {
        TeacherIdentity teacher = router.teacher();
        if (teacher == null) {
            throw new IllegalStateException("a step was taken without a teacher");
        }
        Map<String, Long> timestamps = new TreeMap<>();
        cursor.timestamps().forEach((partition, timestamp) -> timestamps.put(partition.toString(), timestamp));
        TrainerState state = session.state().with(timestamps, cursor.incompleteEnds(), config.stepSettings());
        HeldOutEvaluation evaluation = lastEvaluation;
        return new CheckpointRequest(
                session.copy(state, heldOut, golden),
                cursor.offsets(),
                ledger,
                teacher,
                evaluation == null || evaluatedStep != session.steps() ? Map.of() : evaluation.figures());
    }

    private void evaluate() {
        long started = System.nanoTime();
        session.evaluate(heldOut).ifPresent(evaluation -> {
            lastEvaluation = evaluation;
            evaluatedStep = session.steps();
            metrics.record(evaluatedStep, evaluation, Duration.ofNanos(System.nanoTime() - started));
        });
    }

    /** Not after an evaluation for a restart or a snapshot: those are where the clock and crashes put them. */
    private void trustByLastEvaluation() {
        if (lastEvaluation != null) {
            session.trustBy(lastEvaluation);
        }
    }

    private int evaluatedRecords() {
        return lastEvaluation == null ? 0 : lastEvaluation.records();
    }

    private long publishedStep() {
        return publisher.newest().map(snapshot -> snapshot.manifest().step()).orElse(0L);
    }
}
