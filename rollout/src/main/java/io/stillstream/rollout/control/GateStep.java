package io.stillstream.rollout.control;

import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.rollout.GateMeters;
import io.stillstream.rollout.gate.Gate;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.SnapshotGate;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.rollout.gate.VerdictJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the gate about a candidate that waits for it, again and again until it says something. */
public final class GateStep implements Consumer<RolloutView> {

    private static final Logger LOG = LoggerFactory.getLogger(GateStep.class);

    private final SnapshotGate gate;
    private final Consumer<RolloutInput> inputs;
    private final GateMeters meters;
    private final Duration every;
    private final Clock clock;

    /** The revision of the state at which it was asked last, and when that was. */
    private long asked = -1;

    private Instant at = Instant.MIN;
    private String said = "";

    /**
     * @param inputs where what it says is sent
     * @param every how often it is asked again while there is too little evidence
     */
    public GateStep(SnapshotGate gate, Consumer<RolloutInput> inputs, GateMeters meters, Duration every, Clock clock) {
        this.gate = gate;
        this.inputs = inputs;
        this.meters = meters;
        this.every = every;
        this.clock = clock;
    }

    @Override
    public void accept(RolloutView view) {
        RolloutState state = view.state();
        SnapshotReference candidate = state.candidate();
        if (candidate == null || !state.atGate() || state.phase() != RolloutPhase.PROGRESSING) {
            return;
        }
        Instant now = clock.instant();
        if (state.revision() == asked && Duration.between(at, now).abs().compareTo(every) < 0) {
            return;
        }
        asked = state.revision();
        Verdict verdict = gate.judge(candidate);
        // From the end on: it may take longer than the pause.
        at = clock.instant();
        show(verdict);
        if (verdict instanceof Verdict.Hold) {
            say(candidate.id() + " waits at the gate: " + reasons(verdict, Reason.Outcome.TOO_LITTLE));
            return;
        }
        boolean passed = verdict instanceof Verdict.Pass;
        String reason = passed
                ? "the gate let it pass: " + reasons(verdict, Reason.Outcome.OK)
                : "the gate did not let it pass: " + reasons(verdict, Reason.Outcome.NOT_OK);
        say(candidate.id() + ": " + reason);
        inputs.accept(new RolloutInput.Judgement(
                UUID.randomUUID().toString(), candidate.id(), passed, reason, evidence(verdict), clock.instant()));
    }

    private void show(Verdict verdict) {
        meters.recordVerdict(
                GateMeters.Verdict.valueOf(VerdictJson.name(verdict).toUpperCase(Locale.ROOT)));
        verdict.reasons().forEach(reason -> {
            if (reason.name().equals(Gate.CHAMPION)) {
                meters.recordComparison(GateMeters.Comparison.CHAMPION, reason.value(), reason.bound());
            } else if (reason.name().equals(Gate.BEST)) {
                meters.recordComparison(GateMeters.Comparison.BEST_CHAMPION, reason.value(), reason.bound());
            }
        });
    }

    /** Once: it is asked often. */
    private void say(String line) {
        if (!line.equals(said)) {
            LOG.info("{}", line);
            said = line;
        }
    }

    private static String reasons(Verdict verdict, Reason.Outcome outcome) {
        return verdict.reasons().stream()
                .filter(reason -> reason.outcome() == outcome)
                .map(reason -> reason.name() + ", " + reason.detail())
                .collect(Collectors.joining("; "));
    }

    private static Map<String, String> evidence(Verdict verdict) {
        Map<String, String> evidence = new TreeMap<>();
        evidence.put("verdict", VerdictJson.name(verdict));
        for (Reason reason : verdict.reasons()) {
            evidence.put(
                    "gate " + reason.name(),
                    reason.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + reason.detail());
        }
        return evidence;
    }
}
