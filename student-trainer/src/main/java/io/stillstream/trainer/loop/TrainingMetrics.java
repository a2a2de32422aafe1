package io.stillstream.trainer.loop;

import io.stillstream.monitoring.distillation.EvaluationMetrics;
import io.stillstream.monitoring.distillation.StepMetrics;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.report.TrainingProgress;
import io.stillstream.trainer.source.MergedTopicReader;
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

/** What training shows of itself: meters, log lines and {@link #progress}. */
final class TrainingMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingMetrics.class);

    private final TrainerMeters meters;

    private @Nullable StepReport lastStep;
    private @Nullable StepReport lastShares;
    private @Nullable HeldOutEvaluation lastEvaluation;
    private long trainedTokens;
    private long trainingNanos;
    private volatile TrainingProgress progress = TrainingProgress.NONE;

    TrainingMetrics(TrainerMeters meters) {
        this.meters = meters;
    }

    void record(StepReport step, List<QueuedSequence> batch, Duration elapsed) {
        lastStep = step;
        trainedTokens += step.tokens();
        trainingNanos += elapsed.toNanos();
        if (!step.applied()) {
            LOG.warn(
                    "discarded a step on {} sequences, the first {}: the loss or a gradient was not finite",
                    batch.size(),
                    batch.get(0).record().coordinates());
            meters.recordDiscardedStep();
            return;
        }
        if (!step.gradientShares().isEmpty()) {
            lastShares = step;
        }
        Map<String, Double> terms = new LinkedHashMap<>(step.terms());
        terms.put("total", step.total());
        int batchTokens =
                batch.stream().mapToInt(queued -> queued.sequence().length()).sum();
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
        batch.forEach(
                queued -> meters.recordFreshness(queued.sequence().targets().createdAt()));
    }

    /** @param step after which the student was evaluated */
    void record(long step, HeldOutEvaluation evaluation, Duration elapsed) {
        lastEvaluation = evaluation;
        meters.recordEvaluation(new EvaluationMetrics(
                elapsed,
                evaluation.records(),
                evaluation.bitsPerByte(),
                evaluation.teacherBitsPerByte(),
                evaluation.loss(),
                evaluation.teacherAgreement(),
                evaluation.teacherLead()));
        LOG.info("step {}: {}", step, evaluation.summary());
        StepReport shares = lastShares;
        if (shares != null) {
            LOG.info("step {}: gradient shares {}", shares.step(), percent(shares.gradientShares()));
        }
    }

    /** A text that a student wrote was not trained on. */
    void recordPassedOver() {
        meters.recordPassedOver();
    }

    /** Training waited so long for a checkpoint or snapshot to be copied. */
    void recordPause(Duration elapsed) {
        meters.recordCheckpointPause(elapsed);
    }

    /** Brings {@link #progress} and the consumer's lag up to date. */
    void update(TrainingSession session, MergedTopicReader reader) {
        Map<String, Long> lag = new TreeMap<>();
        reader.lag().forEach((partition, records) -> {
            lag.put(partition.toString(), records);
            meters.lag().record(partition.topic(), partition.partition(), records);
        });
        progress =
                new TrainingProgress(session.steps(), lastStep, session.state().tokens(), lastEvaluation, lag);
    }

    /** Safe from any thread. */
    TrainingProgress progress() {
        return progress;
    }

    /** Response tokens a second while taking steps, without waiting and evaluating; 0 before the first step. */
    double tokensPerSecond() {
        return trainingNanos == 0 ? 0 : trainedTokens / (trainingNanos / 1e9);
    }

    private static String percent(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(share -> String.format(Locale.ROOT, "%s %.1f%%", share.getKey(), 100 * share.getValue()))
                .collect(Collectors.joining(", "));
    }
}
