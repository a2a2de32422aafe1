package io.stillstream.trainer.loop;

import io.stillstream.contract.TeacherIdentity;
import io.stillstream.monitoring.EvaluationMetrics;
import io.stillstream.monitoring.StepMetrics;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.checkpoint.BackgroundWriter;
import io.stillstream.trainer.checkpoint.CheckpointRequest;
import io.stillstream.trainer.checkpoint.SnapshotPublisher;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.step.StepReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes optimizer steps; now and then measures the student, keeps a checkpoint and publishes a snapshot.
 *
 * <p>Checkpoints and snapshots are copied here and written in the background. A checkpoint that comes due while
 * something is being written is taken after the next step instead: another one follows soon. A snapshot waits: it is asked
 * for by number.
 */
final class CheckpointScheduler {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointScheduler.class);
    private static final long NEVER = -1;

    private final TrainerConfig config;
    private final TrainingSession training;
    private final HeldOutSet heldOut;
    private final RecordRouter intake;
    private final SnapshotPublisher publisher;
    private final BackgroundWriter writer;
    private final TrainerMeters meters;
    private final Schedule checkpoints;
    private final Schedule snapshots;

    private LedgerPosition ledger;
    private @Nullable StepReport lastStep;
    private @Nullable HeldOutEvaluation lastEvaluation;
    private long evaluatedStep = NEVER;
    private long trainedTokens;
    private long trainingNanos;

    /** @param ledger where the line ends of the step that training goes on from */
    CheckpointScheduler(
            TrainerConfig config,
            TrainingSession training,
            HeldOutSet heldOut,
            RecordRouter intake,
            SnapshotPublisher publisher,
            BackgroundWriter writer,
            TrainerMeters meters,
            LedgerPosition ledger) {
        this.config = config;
        this.training = training;
        this.heldOut = heldOut;
        this.intake = intake;
        this.publisher = publisher;
        this.writer = writer;
        this.meters = meters;
        this.ledger = ledger;
        this.checkpoints = new Schedule(
                config.checkpoints().everySteps(), config.checkpoints().every(), training.steps());
        this.snapshots =
                new Schedule(config.snapshots().everySteps(), config.snapshots().every(), training.steps());
    }

    /**
     * Publishes what a crash kept from being published: a snapshot's checkpoint is written first, and training goes on from
     * that as if its snapshot were there.
     */
    void begin(StreamCursor passage) {
        int every = config.snapshots().everySteps();
        if (training.steps() > published() && every > 0 && training.steps() % every == 0) {
            publish(passage);
        }
    }

    /**
     * Takes a step that the ledger lists.
     *
     * @param end the place after its line
     */
    void take(List<QueuedSequence> sequences, LedgerPosition end) {
        ledger = end;
        if (evaluatedStep == NEVER) {
            // The baseline, before the first step of this process.
            evaluate();
        }
        long started = System.nanoTime();
        StepReport step = training.step(sequences);
        Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
        lastStep = step;
        trainedTokens += step.tokens();
        trainingNanos += elapsed.toNanos();
        record(step, sequences, elapsed);
        if (!step.applied()) {
            return;
        }
        int every = config.evaluations().everySteps();
        if (every > 0 && step.step() % every == 0) {
            evaluate();
        }
        checkpoints.reach(step.step());
        snapshots.reach(step.step());
    }

    /** Keeps what is due, between two steps. */
    void keep(StreamCursor passage) {
        writer.check();
        long step = training.steps();
        if (snapshots.isDue(step)) {
            publish(passage);
        } else if (checkpoints.isDue(step) && !writer.isBusy()) {
            checkpoint(passage);
        }
    }

    /** Publishes what was learned since the last snapshot, and waits until everything is written. */
    void finish(StreamCursor passage) {
        writer.check();
        writer.await();
        if (training.steps() > published()) {
            publish(passage);
        }
        writer.finish();
    }

    @Nullable
    StepReport lastStep() {
        return lastStep;
    }

    @Nullable
    HeldOutEvaluation lastEvaluation() {
        return lastEvaluation;
    }

    /** Response tokens in a second of taking steps, waiting and measuring not counted; 0 before the first step. */
    double tokensPerSecond() {
        return trainingNanos == 0 ? 0 : trainedTokens / (trainingNanos / 1e9);
    }

    private void checkpoint(StreamCursor passage) {
        LOG.debug("step {}: {} arrays in native memory", training.steps(), training.arrays());
        long started = System.nanoTime();
        CheckpointRequest moment = moment(passage);
        writer.submit(() -> publisher.checkpoint(moment));
        checkpoints.done(training.steps());
        meters.recordCheckpointPause(Duration.ofNanos(System.nanoTime() - started));
    }

    private void publish(StreamCursor passage) {
        if (evaluatedStep != training.steps() || heldOut.size() != evaluatedRecords()) {
            evaluate();
        }
        long started = System.nanoTime();
        // The copy takes the memory of the one before, which may still be on its way to the disk.
        writer.await();
        CheckpointRequest moment = moment(passage);
        writer.submit(() -> publisher.publish(moment));
        checkpoints.done(training.steps());
        snapshots.done(training.steps());
        meters.recordCheckpointPause(Duration.ofNanos(System.nanoTime() - started));
    }

    private CheckpointRequest moment(StreamCursor passage) {
        TeacherIdentity teacher = intake.teacher();
        if (teacher == null) {
            throw new IllegalStateException("a step was taken without a teacher");
        }
        Map<String, Long> timestamps = new TreeMap<>();
        passage.timestamps().forEach((partition, timestamp) -> timestamps.put(partition.toString(), timestamp));
        TrainerState state = training.state().with(timestamps, config.stepSettings());
        HeldOutEvaluation evaluation = lastEvaluation;
        return new CheckpointRequest(
                training.freeze(state, heldOut),
                passage.position(),
                ledger,
                teacher,
                evaluation == null || evaluatedStep != training.steps() ? Map.of() : evaluation.figures());
    }

    private long published() {
        return publisher.newest().map(snapshot -> snapshot.manifest().step()).orElse(0L);
    }

    private void record(StepReport step, List<QueuedSequence> sequences, Duration elapsed) {
        if (!step.applied()) {
            LOG.warn(
                    "a step on {} sequences from {} on was discarded: the loss or a gradient was not finite",
                    sequences.size(),
                    sequences.get(0).record().coordinates());
            meters.recordDiscardedStep();
            return;
        }
        Map<String, Double> terms = new LinkedHashMap<>(step.terms());
        terms.put("total", step.total());
        int batchTokens = sequences.stream()
                .mapToInt(queued -> queued.sequence().length())
                .sum();
        meters.recordStep(new StepMetrics(
                step.step(),
                elapsed,
                step.sequences(),
                step.tokens(),
                batchTokens,
                terms,
                step.gradientShares(),
                step.gradientNorm(),
                step.learningRate()));
        sequences.forEach(
                queued -> meters.recordFreshness(queued.sequence().targets().createdAt()));
    }

    private void evaluate() {
        long started = System.nanoTime();
        training.evaluate(heldOut).ifPresent(evaluation -> {
            lastEvaluation = evaluation;
            evaluatedStep = training.steps();
            meters.recordEvaluation(new EvaluationMetrics(
                    Duration.ofNanos(System.nanoTime() - started),
                    evaluation.records(),
                    evaluation.bitsPerByte(),
                    evaluation.loss(),
                    evaluation.teacherAgreement()));
            LOG.info("step {}: {}", training.steps(), evaluation.summary());
            StepReport step = lastStep;
            if (step != null) {
                LOG.info("step {}: gradient shares {}", step.step(), percent(step.gradientShares()));
            }
        });
    }

    private int evaluatedRecords() {
        return lastEvaluation == null ? 0 : lastEvaluation.records();
    }

    private static String percent(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(share -> String.format(Locale.ROOT, "%s %.1f%%", share.getKey(), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }
}
