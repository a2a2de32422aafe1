package io.stillstream.trainer;

import io.stillstream.contract.TeacherIdentity;
import io.stillstream.monitoring.EvaluationResult;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.monitoring.TrainingStep;
import io.stillstream.trainer.batch.BatchAssembler;
import io.stillstream.trainer.batch.QueuedSequence;
import io.stillstream.trainer.evaluation.HeldOutEvaluation;
import io.stillstream.trainer.evaluation.HeldOutSet;
import io.stillstream.trainer.snapshot.Snapshot;
import io.stillstream.trainer.stream.DeadLetters;
import io.stillstream.trainer.stream.TargetsReader;
import io.stillstream.trainer.stream.TargetsRecord;
import io.stillstream.trainer.student.StepReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a record, and when enough have come takes a step; now and then measures the student and publishes it.
 *
 * <p>Which records a step is made of depends on their order alone (but see {@link TrainerConfig.Batches}), and a snapshot
 * is taken between two steps with the place of the first record that is not in one of them. Training that goes on from
 * a snapshot therefore takes the very steps that it would have taken without the interruption. What waits for a step
 * to fill when training is stopped is read again.
 */
final class TrainingLoop {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long NEVER = -1;

    private final TrainerConfig config;
    private final StudentTraining training;
    private final TargetsReader reader;
    private final Intake intake;
    private final HeldOutSet heldOut;
    private final DeadLetters deadLetters;
    private final SnapshotPublisher publisher;
    private final TrainerMeters meters;
    private final BatchAssembler assembler;

    private volatile TrainingProgress progress = TrainingProgress.NONE;
    private @Nullable Snapshot lastSnapshot;
    private @Nullable StepReport lastStep;
    private @Nullable HeldOutEvaluation lastEvaluation;
    private long evaluatedStep = NEVER;
    private long snapshotStep;
    private long trainedTokens;
    private long trainingNanos;
    private long lastSnapshotNanos = System.nanoTime();
    private long lastRecordNanos = System.nanoTime();

    /** @param resumed the snapshot that the training was opened from; null at the beginning */
    TrainingLoop(
            TrainerConfig config,
            StudentTraining training,
            TargetsReader reader,
            Intake intake,
            HeldOutSet heldOut,
            DeadLetters deadLetters,
            SnapshotPublisher publisher,
            TrainerMeters meters,
            @Nullable Snapshot resumed) {
        this.config = config;
        this.training = training;
        this.reader = reader;
        this.intake = intake;
        this.heldOut = heldOut;
        this.deadLetters = deadLetters;
        this.publisher = publisher;
        this.meters = meters;
        this.lastSnapshot = resumed;
        this.snapshotStep = training.steps();
        this.assembler = new BatchAssembler(config.batches().stepTokens());
    }

    /** Trains until stopped, then publishes what was learned since the last snapshot. */
    void run(BooleanSupplier stopping) {
        while (!stopping.getAsBoolean()) {
            Optional<TargetsRecord> record = reader.next(POLL);
            if (record.isPresent()) {
                lastRecordNanos = System.nanoTime();
                intake.accept(record.get()).flatMap(assembler::add).ifPresent(this::train);
            } else if (isSilent()) {
                assembler.flush().ifPresent(this::train);
            }
            if (isSnapshotOverdue()) {
                publish();
            }
            report();
        }
        if (training.steps() > snapshotStep) {
            publish();
        }
    }

    TrainingProgress progress() {
        return progress;
    }

    /** The newest snapshot, of this run or the one it went on from. */
    Optional<Snapshot> lastSnapshot() {
        return Optional.ofNullable(lastSnapshot);
    }

    /** Response tokens in a second of taking steps, waiting and measuring not counted; 0 before the first step. */
    double tokensPerSecond() {
        return trainingNanos == 0 ? 0 : trainedTokens / (trainingNanos / 1e9);
    }

    private void train(List<QueuedSequence> sequences) {
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
        if (isMultiple(step.step(), config.evaluations().everySteps())) {
            evaluate();
        }
        if (isMultiple(step.step(), config.snapshots().everySteps())) {
            publish();
        }
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
        meters.recordStep(new TrainingStep(
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
            meters.recordEvaluation(new EvaluationResult(
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

    private static String percent(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(share -> String.format(Locale.ROOT, "%s %.1f%%", share.getKey(), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }

    private void publish() {
        TeacherIdentity teacher = intake.teacher();
        if (teacher == null) {
            throw new IllegalStateException("a step was taken without a teacher");
        }
        if (evaluatedStep != training.steps() || heldOut.size() != evaluatedRecords()) {
            evaluate();
        }
        // The position passes over what was set aside: it has to have arrived.
        deadLetters.flush();
        List<TargetsRecord> waiting =
                assembler.waiting().stream().map(QueuedSequence::record).toList();
        lastSnapshot = publisher.publish(
                training, heldOut, reader.position(waiting), teacher, Optional.ofNullable(lastEvaluation));
        snapshotStep = training.steps();
        lastSnapshotNanos = System.nanoTime();
    }

    private int evaluatedRecords() {
        return lastEvaluation == null ? 0 : lastEvaluation.records();
    }

    private void report() {
        Map<String, Long> lag = new TreeMap<>();
        reader.lag().forEach((partition, records) -> {
            lag.put(partition.toString(), records);
            meters.lag().record(partition.topic(), partition.partition(), records);
        });
        progress = new TrainingProgress(
                training.steps(), lastStep, training.state().tokens(), lastEvaluation, lag);
    }

    private boolean isSilent() {
        return config.batches().flushPartialBatches()
                && System.nanoTime() - lastRecordNanos
                        >= config.batches().linger().toNanos();
    }

    private boolean isSnapshotOverdue() {
        Duration every = config.snapshots().every();
        return !every.isZero()
                && training.steps() > snapshotStep
                && System.nanoTime() - lastSnapshotNanos >= every.toNanos();
    }

    private static boolean isMultiple(long step, int every) {
        return every > 0 && step % every == 0;
    }
}
