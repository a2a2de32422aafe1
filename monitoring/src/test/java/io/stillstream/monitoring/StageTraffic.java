package io.stillstream.monitoring;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.distillation.EvaluationMetrics;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.distillation.StepMetrics;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.rollout.GateMeters;
import io.stillstream.monitoring.rollout.JudgeMeters;
import io.stillstream.monitoring.rollout.RolloutMeters;
import io.stillstream.monitoring.serving.OnPolicyMeters;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.monitoring.traffic.OutcomeMeters;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.monitoring.traffic.RedactionMeters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Does what the stages of a normal run do to their meters. */
final class StageTraffic {

    private static final SnapshotReference CHAMPION = new SnapshotReference("0000000100-aa", Digests.sha256("a"));
    private static final SnapshotReference CANDIDATE = new SnapshotReference("0000000200-bb", Digests.sha256("b"));
    private static final RolloutState ROLLOUT = new RolloutState(
            3,
            RolloutPhase.PROGRESSING,
            CHAMPION,
            null,
            CANDIDATE,
            List.of(RolloutStep.share(500, Duration.ofMinutes(10))),
            0,
            false,
            0,
            0,
            Instant.EPOCH,
            Set.of(),
            7,
            4,
            RolloutState.NO_DECISION);

    private final ProducerMeters producer;
    private final ProxyMeters proxy;
    private final OutcomeMeters outcomes;
    private final RedactionMeters redaction;
    private final CaptureMeters capture;
    private final ScorerMeters scorer;
    private final TrainerMeters trainer;
    private final ServingMeters serving;
    private final ServingMeters canary;
    private final OnPolicyMeters onPolicy;
    private final RolloutMeters rollout;
    private final GateMeters gate;
    private final JudgeMeters judge;
    private long step;

    StageTraffic(Telemetry telemetry) {
        producer = telemetry.producer();
        redaction = telemetry.redaction(List.of("email"));
        proxy = telemetry.proxy();
        proxy.copyBytes(() -> 4096);
        proxy.rollout(() -> Duration.ofMillis(300), () -> 1);
        outcomes = telemetry.outcomes();
        capture = telemetry.capture();
        capture.watch(() -> new CaptureMeters.Waiting(70_000, 3_000, 20_000, 12));
        scorer = telemetry.scorer();
        trainer = telemetry.trainer();
        serving = telemetry.serving("champion");
        canary = telemetry.serving("canary");
        onPolicy = telemetry.onPolicy("candidate");
        rollout = new RolloutMeters(telemetry.registry(), Clock.systemUTC());
        gate = new GateMeters(telemetry.registry());
        judge = new JudgeMeters(telemetry.registry());
    }

    void run() {
        step++;
        onPolicy.recordAnswered(2);
        onPolicy.recordPassedOver();
        onPolicy.showLag(7);
        Instant createdAt = Instant.now().minusSeconds(3);
        producer.recordAcceptedLine();
        producer.recordSent(false, Duration.ofMillis(4));
        producer.recordSent(true, Duration.ofMillis(4));
        producer.recordDeadLetter(RejectionCode.MALFORMED_JSON);
        redaction.recordRedacted("email", 2);
        redaction.recordFailure(RedactionMeters.Failure.TIME);
        proxy.askedElsewhere("canary", true);
        proxy.askedElsewhere("champion", false);
        proxy.answered("main", Duration.ofNanos(300_000), Duration.ofMillis(400));
        for (ProxyMeters.Outcome outcome : ProxyMeters.Outcome.values()) {
            if (outcome == ProxyMeters.Outcome.REFUSED) {
                proxy.refused();
            } else {
                for (String arm : List.of("production", "champion", "canary")) {
                    proxy.opened();
                    proxy.closed("main", arm, outcome);
                }
            }
        }
        proxy.rolloutUnknown();
        for (ProxyMeters.Shadow outcome : ProxyMeters.Shadow.values()) {
            proxy.shadow(outcome);
        }
        outcomes.recordWritten();
        outcomes.recordDropped(1);
        capture.recordCaptured(false, createdAt);
        capture.recordCaptured(true, createdAt);
        capture.recordDropped(CaptureDrop.DUPLICATE);
        capture.recordDeliveryFailure();
        capture.recordFeedback(true);
        scorer.recordScoring(Duration.ofMillis(40), 8, 400, 700);
        scorer.recordGeneration(Duration.ofMillis(300), 400);
        scorer.recordFreshness(createdAt);
        scorer.recordBuffered(3);
        scorer.recordDroppedTurn("developer");
        scorer.lag().record("prompts", 0, 12);
        trainer.recordStep(new StepMetrics(
                step,
                Duration.ofMillis(50),
                8,
                400,
                700,
                Map.of("total", 3.0, "cross_entropy", 2.5, "absolute_difference", 0.5),
                Map.of("cross_entropy", 0.9, "absolute_difference", 0.1),
                1.5,
                1e-3));
        trainer.recordFreshness(createdAt);
        trainer.lag().record("teacher-targets", 0, 30);
        trainer.recordEvaluation(new EvaluationMetrics(Duration.ofMillis(200), 20, 1.2, 0.4, 2.4, 0.6, -0.1));
        trainer.recordCheckpointPause(Duration.ofMillis(2));
        trainer.recordCheckpoint(Duration.ofMillis(60));
        trainer.recordFailedCheckpoint();
        trainer.recordSnapshot(Duration.ofMillis(100), Instant.now());
        serving.serving(createdAt, createdAt.minusSeconds(60), () -> new ServingMeters.Load(3, 1, 8));
        serving.recordSwap(true);
        serving.recordSwap(false);
        serving.recordFirstToken(Duration.ofMillis(20));
        serving.recordAnswer(Duration.ofMillis(300), 40, 60);
        for (ServingMeters.Outcome outcome : ServingMeters.Outcome.values()) {
            serving.recordRequest(outcome);
        }
        canary.recordAnswer(Duration.ofMillis(300), 40, 60);
        rollout.show(ROLLOUT, 1, createdAt);
        rollout.recordDecision(RolloutVerb.PROMOTE, false);
        rollout.recordDeliveryGivenUp();
        gate.recordVerdict(GateMeters.Verdict.PASS);
        for (GateMeters.Comparison comparison : GateMeters.Comparison.values()) {
            gate.recordComparison(comparison, -0.01, 0.02);
        }
        for (JudgeMeters.Of of : JudgeMeters.Of.values()) {
            judge.show(of, new JudgeMeters.Figures(100, 0.01, 1.1, 1.0, 1.2));
        }
        judge.recordAlarm(JudgeMeters.Check.FAILURES);
        judge.recordUnreadable();
    }
}
