package io.stillstream.rollout.state;

import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.state.RolloutOutcome.Held;
import io.stillstream.rollout.state.RolloutOutcome.Refused;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a rollout, as a function of state, event and time alone. There is one champion at most and one candidate at most;
 * a candidate becomes champion when its last step is over; content that was rejected is never served again.
 */
public final class RolloutMachine {

    private static final String NOWHERE =
            "there is no champion then, and so no checkpoint that the trainer could be taken"
                    + " back to; roll back without a rewind, or take it back by hand with 'stillstream rewind'";

    private RolloutMachine() {}

    public static RolloutOutcome apply(RolloutState state, RolloutEvent event, Instant now) {
        if (event instanceof RolloutEvent.Start start) {
            return start(state, start, now);
        }
        if (event instanceof RolloutEvent.Rollback rollback) {
            return rollback(state, rollback.rewinds(), now);
        }
        if (event instanceof RolloutEvent.Rewind) {
            return state.champion() == null ? new Refused(NOWHERE) : new Transition(state, "");
        }
        if (event instanceof RolloutEvent.Elapsed elapsed) {
            return elapsed(state, elapsed.requests(), now);
        }
        SnapshotReference candidate = state.candidate();
        if (event instanceof RolloutEvent.Alarm alarm) {
            return candidate == null || !candidate.id().equals(alarm.candidate())
                    ? new Held("the alarm is of " + alarm.candidate() + ", which is not on its way")
                    : new Transition(withoutCandidate(state, RolloutPhase.DEGRADED, candidate, now), alarm.reason());
        }
        if (event instanceof RolloutEvent.GatePassed passed) {
            return passed(state, passed, now);
        }
        if (candidate == null) {
            return new Refused("no candidate is on its way: the rollout is " + state.point());
        }
        if (event instanceof RolloutEvent.Promote promote) {
            return promote.full() ? promoted(state, candidate, now) : next(state, candidate, "", now);
        }
        if (event instanceof RolloutEvent.Abort) {
            return new Transition(withoutCandidate(state, RolloutPhase.ABORTED, null, now), "");
        }
        boolean pause = event instanceof RolloutEvent.Pause;
        RolloutPhase wanted = pause ? RolloutPhase.PAUSED : RolloutPhase.PROGRESSING;
        if (state.phase() == wanted) {
            return new Refused("the rollout is " + wanted.label() + " already");
        }
        return new Transition(at(state, wanted, candidate, state.step(), now), "");
    }

    private static RolloutOutcome start(RolloutState state, RolloutEvent.Start start, Instant now) {
        SnapshotReference candidate = start.candidate();
        if (state.candidate() != null) {
            return new Refused("the candidate " + state.candidate().id()
                    + " is on its way; promote, abort or roll it back before another one starts");
        }
        if (state.rejected().contains(candidate.contentHash())) {
            return new Refused("the weights of " + candidate.id() + " were rejected (" + candidate.contentHash()
                    + ") and are never served again");
        }
        if (state.champion() != null && state.champion().isSameContentAs(candidate)) {
            return new Refused(candidate.id() + " has the weights of the champion "
                    + state.champion().id());
        }
        RolloutPlan plan = start.plan();
        return new Transition(
                new RolloutState(
                        state.revision(),
                        RolloutPhase.PROGRESSING,
                        state.champion(),
                        state.previous(),
                        candidate,
                        plan.steps(),
                        0,
                        plan.automatic(),
                        plan.leastRequests(),
                        0,
                        now,
                        state.rejected(),
                        state.inputs(),
                        state.decisions(),
                        state.head()),
                "");
    }

    /** What is on its way goes first; where nothing is, the champion goes, and the one before it comes back. */
    private static RolloutOutcome rollback(RolloutState state, boolean rewinds, Instant now) {
        RolloutOutcome outcome = rollback(state, now);
        return rewinds
                        && outcome instanceof Transition transition
                        && transition.state().champion() == null
                ? new Refused(NOWHERE)
                : outcome;
    }

    private static RolloutOutcome rollback(RolloutState state, Instant now) {
        if (state.candidate() != null) {
            return new Transition(withoutCandidate(state, RolloutPhase.ABORTED, state.candidate(), now), "");
        }
        SnapshotReference champion = state.champion();
        if (champion == null) {
            return new Refused("there is neither a candidate nor a champion to be rolled back");
        }
        return new Transition(
                settled(state, RolloutPhase.HEALTHY, state.previous(), null, rejecting(state, champion), now), "");
    }

    private static RolloutOutcome elapsed(RolloutState state, long requests, Instant now) {
        SnapshotReference candidate = state.candidate();
        if (candidate == null) {
            return new Held("no candidate is on its way");
        }
        if (state.phase() == RolloutPhase.PAUSED) {
            return new Held("the rollout is paused");
        }
        if (state.atGate()) {
            return new Held("the gate has not judged the candidate");
        }
        RolloutStep step = state.steps().get(state.step());
        // Subtracted and not added: a sum may lie beyond what an Instant can hold.
        Duration left = step.hold().minus(Duration.between(state.since(), now));
        if (left.compareTo(Duration.ZERO) > 0) {
            return new Held("the step lasts another " + Duration.ofSeconds(left.toSeconds() + 1));
        }
        if (!state.automatic()) {
            return new Held("the step's time is over; somebody has to promote");
        }
        if (requests < state.leastRequests() && (step.buckets() > 0 || state.shadow())) {
            return new Held("the candidate answered " + requests + " requests in this step; expected "
                    + state.leastRequests() + " before the next one");
        }
        return next(state, candidate, "the step's time was over", now);
    }

    private static RolloutOutcome passed(RolloutState state, RolloutEvent.GatePassed passed, Instant now) {
        SnapshotReference candidate = state.candidate();
        if (candidate == null || !candidate.id().equals(passed.candidate()) || !state.atGate()) {
            return new Held("the gate judged " + passed.candidate() + ", which does not wait for it");
        }
        return state.phase() == RolloutPhase.PAUSED
                ? new Held("the rollout is paused")
                : next(state, candidate, passed.reason(), now);
    }

    private static RolloutOutcome next(RolloutState state, SnapshotReference candidate, String reason, Instant now) {
        if (state.step() == state.steps().size() - 1) {
            return promoted(state, candidate, now);
        }
        return new Transition(at(state, RolloutPhase.PROGRESSING, candidate, state.step() + 1, now), reason);
    }

    private static RolloutOutcome promoted(RolloutState state, SnapshotReference candidate, Instant now) {
        return new Transition(
                settled(state, RolloutPhase.HEALTHY, candidate, state.champion(), state.rejected(), now),
                "the candidate is champion");
    }

    private static RolloutState at(
            RolloutState state, RolloutPhase phase, SnapshotReference candidate, int step, Instant now) {
        return new RolloutState(
                state.revision(),
                phase,
                state.champion(),
                state.previous(),
                candidate,
                state.steps(),
                step,
                state.automatic(),
                state.leastRequests(),
                0,
                now,
                state.rejected(),
                state.inputs(),
                state.decisions(),
                state.head());
    }

    /** @param rejected the candidate, where it is to be rejected */
    private static RolloutState withoutCandidate(
            RolloutState state, RolloutPhase phase, @Nullable SnapshotReference rejected, Instant now) {
        return settled(
                state,
                phase,
                state.champion(),
                state.previous(),
                rejected == null ? state.rejected() : rejecting(state, rejected),
                now);
    }

    private static RolloutState settled(
            RolloutState state,
            RolloutPhase phase,
            @Nullable SnapshotReference champion,
            @Nullable SnapshotReference previous,
            Set<String> rejected,
            Instant now) {
        return new RolloutState(
                state.revision(),
                phase,
                champion,
                // A rejected candidate may have been champion once.
                previous == null || rejected.contains(previous.contentHash()) ? null : previous,
                null,
                List.of(),
                0,
                false,
                0,
                0,
                now,
                rejected,
                state.inputs(),
                state.decisions(),
                state.head());
    }

    private static Set<String> rejecting(RolloutState state, SnapshotReference snapshot) {
        Set<String> rejected = new LinkedHashSet<>(state.rejected());
        rejected.add(snapshot.contentHash());
        return rejected;
    }
}
