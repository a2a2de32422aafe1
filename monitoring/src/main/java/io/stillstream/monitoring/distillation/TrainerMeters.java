package io.stillstream.monitoring.distillation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.ConsumerLag;
import io.stillstream.monitoring.stage.DeadLetterCounters;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** What the student-trainer reports. Thread-safe. */
public final class TrainerMeters {

    public static final String TRAINED_SEQUENCES = "stillstream.trained.sequences";
    public static final String TRAINED_TOKENS = "stillstream.trained.tokens";
    public static final String LOSS = "stillstream.loss";
    public static final String TERM = "term";
    public static final String TRAINING_STEP = "stillstream.training.step";
    public static final String BITS_PER_BYTE = "stillstream.held.out.bits.per.byte";
    static final String TEACHER_BITS_PER_BYTE = "stillstream.held.out.teacher.bits.per.byte";
    public static final String TEACHER_AGREEMENT = "stillstream.teacher.agreement";

    private final MeterRegistry registry;
    private final AtomicReference<Instant> newestSnapshot;
    private final Map<String, SettableGauge> lossTerms = new ConcurrentHashMap<>();
    private final Map<String, SettableGauge> gradientShares = new ConcurrentHashMap<>();
    private final Counter steps;
    private final Counter discardedSteps;
    private final Counter sequences;
    private final Counter tokens;
    private final Counter passedOver;
    private final Counter rewinds;
    private final Counter refusedRewinds;
    private final Counter evaluations;
    private final Counter snapshots;
    private final Timer stepTime;
    private final Timer evaluationTime;
    private final Timer publishingTime;
    private final Timer checkpointPause;
    private final Timer checkpointTime;
    private final Counter failedCheckpoints;
    private final SettableGauge stepNumber;
    private final SettableGauge gradientNorm;
    private final SettableGauge learningRate;
    private final SettableGauge heldOutPrompts;
    private final SettableGauge bitsPerByte;
    private final SettableGauge teacherBitsPerByte;
    private final SettableGauge natsPerToken;
    private final SettableGauge agreement;
    private final SettableGauge teacherLead;
    private final BatchMeters batches;
    private final RecordAge freshness;
    private final ConsumerLag lag;
    private final DeadLetterCounters deadLetters;

    public TrainerMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        newestSnapshot = new AtomicReference<>(clock.instant());
        steps = counter("stillstream.training.steps", "Optimizer steps taken by this process", "steps");
        discardedSteps = counter(
                "stillstream.discarded.steps",
                "Steps not taken because the loss or a gradient was not finite",
                "steps");
        sequences = counter(TRAINED_SEQUENCES, "Responses trained on", "sequences");
        tokens = counter(TRAINED_TOKENS, "Response tokens trained on, in the student's tokens", "tokens");
        passedOver = counter(
                "stillstream.passed.over",
                "Texts that a student wrote and that were not trained on: beyond their share of a step, or held out",
                "records");
        rewinds = rewinds(registry, "obeyed");
        refusedRewinds = rewinds(registry, "refused");
        evaluations = counter("stillstream.evaluations", "Evaluations on held-out prompts", "evaluations");
        snapshots = counter("stillstream.published.snapshots", "Snapshots published", "snapshots");
        stepTime = timer("stillstream.step", "Time of an optimizer step, from targets to new weights");
        evaluationTime = timer("stillstream.evaluation", "Time of an evaluation on the held-out prompts");
        publishingTime = timer("stillstream.publishing", "Time to write, verify and publish a snapshot");
        checkpointPause = timer(
                "stillstream.checkpoint.pause", "Time that training waited for a checkpoint or snapshot to be copied");
        checkpointTime = timer("stillstream.checkpoint", "Time to write a checkpoint in the background");
        failedCheckpoints = counter(
                "stillstream.failed.checkpoints",
                "Checkpoints and snapshots that could not be written or published",
                "checkpoints");
        stepNumber = gauge(TRAINING_STEP, "Number of the last optimizer step, restarts included", "");
        gradientNorm = gauge("stillstream.gradient.norm", "Global norm of the last step's gradient, unclipped", "");
        learningRate = gauge("stillstream.learning.rate", "Learning rate of the last step", "");
        heldOutPrompts = gauge("stillstream.held.out", "Held-out prompts in the last evaluation", "prompts");
        bitsPerByte = gauge(BITS_PER_BYTE, "Held-out loss, in bits per byte of the response", "");
        teacherBitsPerByte = gauge(
                TEACHER_BITS_PER_BYTE, "Held-out loss of the teacher on the same responses, in bits per byte", "");
        natsPerToken = gauge("stillstream.held.out.nats.per.token", "Held-out loss, in nats per student token", "");
        agreement = gauge(
                TEACHER_AGREEMENT,
                "Share of held-out positions where student and teacher rank the same token first",
                "ratio");
        teacherLead = gauge(
                "stillstream.teacher.lead",
                "Bits per byte by which the teacher predicts held-out responses better than the student, of those that"
                        + " neither of them wrote",
                "");
        batches = new BatchMeters(registry, Stage.TRAINER);
        freshness = new RecordAge(registry, Stage.TRAINER, clock);
        lag = new ConsumerLag(registry, Stage.TRAINER);
        deadLetters = new DeadLetterCounters(registry, Stage.TRAINER);
        Gauge.builder("stillstream.snapshot.age", () -> age(clock))
                .description("Time since the newest snapshot was published, or since start before the first")
                .baseUnit("seconds")
                .tags(Stage.TRAINER.tags())
                .register(registry);
    }

    public void recordStep(StepMetrics step) {
        steps.increment();
        stepTime.record(step.elapsed());
        stepNumber.set((double) step.number());
        sequences.increment(step.sequences());
        tokens.increment(step.responseTokens());
        batches.record(step.sequences(), step.batchTokens());
        gradientNorm.set(step.gradientNorm());
        learningRate.set(step.learningRate());
        step.lossTerms()
                .forEach((term, value) ->
                        lossTerms.computeIfAbsent(term, this::lossTerm).set(value));
        step.gradientShares()
                .forEach((term, value) -> gradientShares
                        .computeIfAbsent(term, this::gradientShare)
                        .set(value));
    }

    /** The loss or a gradient was NaN or infinite, and the weights were left as they were. */
    public void recordDiscardedStep() {
        discardedSteps.increment();
    }

    /** A text that a student wrote was not trained on. */
    public void recordPassedOver() {
        passedOver.increment();
    }

    /**
     * The rollout's controller ordered training to go back.
     *
     * @param obeyed otherwise refused
     */
    public void recordRewind(boolean obeyed) {
        (obeyed ? rewinds : refusedRewinds).increment();
    }

    /** A prompt was trained on for the first time. */
    public void recordFreshness(Instant createdAt) {
        freshness.record(createdAt);
    }

    public void recordEvaluation(EvaluationMetrics result) {
        evaluations.increment();
        evaluationTime.record(result.elapsed());
        heldOutPrompts.set(result.prompts());
        bitsPerByte.set(result.bitsPerByte());
        teacherBitsPerByte.set(result.teacherBitsPerByte());
        natsPerToken.set(result.natsPerToken());
        agreement.set(result.teacherAgreement());
        teacherLead.set(result.teacherLead());
    }

    public void recordSnapshot(Duration elapsed, Instant publishedAt) {
        snapshots.increment();
        publishingTime.record(elapsed);
        newestSnapshot.set(publishedAt);
    }

    /** How long training waited while a copy was taken. */
    public void recordCheckpointPause(Duration elapsed) {
        checkpointPause.record(elapsed);
    }

    /** A checkpoint is on the disk. */
    public void recordCheckpoint(Duration elapsed) {
        checkpointTime.record(elapsed);
    }

    public void recordFailedCheckpoint() {
        failedCheckpoints.increment();
    }

    /** Training continues from a snapshot that an earlier process published. */
    public void resumeFrom(long step, Instant publishedAt) {
        stepNumber.set((double) step);
        newestSnapshot.set(publishedAt);
    }

    public void recordDeadLetter(RejectionCode code) {
        deadLetters.increment(code);
    }

    public ConsumerLag lag() {
        return lag;
    }

    private double age(Clock clock) {
        return Duration.between(newestSnapshot.get(), clock.instant()).toMillis() / 1000.0;
    }

    private SettableGauge lossTerm(String term) {
        return SettableGauge.register(
                registry,
                LOSS,
                "Loss of the last step, by term",
                "",
                Stage.TRAINER.tags().and(TERM, term));
    }

    private SettableGauge gradientShare(String term) {
        return SettableGauge.register(
                registry,
                "stillstream.loss.gradient.share",
                "Norm of the term's weighted gradient at the logits over the sum of all terms' norms, last step",
                "",
                Stage.TRAINER.tags().and(TERM, term));
    }

    private SettableGauge gauge(String name, String description, String unit) {
        return SettableGauge.register(registry, name, description, unit, Stage.TRAINER.tags());
    }

    private Counter counter(String name, String description, String unit) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(Stage.TRAINER.tags())
                .register(registry);
    }

    private static Counter rewinds(MeterRegistry registry, String outcome) {
        return Counter.builder("stillstream.rewinds")
                .description("Orders of the rollout to take training back to its champion, by what became of them")
                .baseUnit("orders")
                .tags(Stage.TRAINER.tags().and("outcome", outcome))
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Histograms.durations(name, description)
                .tags(Stage.TRAINER.tags())
                .register(registry);
    }
}
