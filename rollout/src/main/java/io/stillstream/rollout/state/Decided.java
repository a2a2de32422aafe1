package io.stillstream.rollout.state;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.rollout.state.RolloutOutcome.Refused;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision and the state that it leads to, which names it: both are written, or neither is.
 *
 * @param before the state that it was made in
 */
public record Decided(RolloutState before, RolloutState state, RolloutDecision decision) {

    /**
     * What led to a decision.
     *
     * @param input the id of the command; empty without one
     * @param reason given with it
     * @param requests that the candidate has answered in its step
     * @param next the offset of the next input to be read
     */
    public record Cause(
            String input,
            String actor,
            String reason,
            Map<String, String> evidence,
            long requests,
            long next,
            Instant at) {}

    /** The decision to go on from another state. */
    public static Decided transition(RolloutState before, Transition transition, RolloutVerb verb, Cause cause) {
        String reason = cause.reason().isEmpty() ? transition.reason() : cause.reason();
        return of(before, transition.state(), verb, "", reason, cause);
    }

    /** The decision that something cannot be, which is recorded too. */
    public static Decided refusal(RolloutState before, Refused refused, RolloutVerb verb, Cause cause) {
        return of(before, before, verb, refused.reason(), cause.reason(), cause);
    }

    /** What it rejects of what was champion or candidate before; null where it rejects nothing. */
    public @Nullable SnapshotReference rejected() {
        for (SnapshotReference one : new @Nullable SnapshotReference[] {before.candidate(), before.champion()}) {
            if (one != null && state.rejected().contains(one.contentHash())) {
                return one;
            }
        }
        return null;
    }

    private static Decided of(
            RolloutState before, RolloutState after, RolloutVerb verb, String refusal, String reason, Cause cause) {
        RolloutDecision decision = new RolloutDecision(
                before.decisions() + 1,
                cause.input(),
                cause.actor(),
                verb,
                refusal,
                reason,
                cause.evidence(),
                before.point(),
                after.point(),
                cause.at(),
                before.head());
        RolloutState named = new RolloutState(
                after.revision() + (decision.isRefused() ? 0 : 1),
                after.phase(),
                after.champion(),
                after.previous(),
                after.candidate(),
                after.steps(),
                after.step(),
                after.automatic(),
                after.leastRequests(),
                decision.isRefused() || verb == RolloutVerb.REWIND ? cause.requests() : 0,
                after.since(),
                after.rejected(),
                cause.next(),
                decision.number(),
                RolloutDecisionCodec.hash(decision));
        return new Decided(before, named, decision);
    }
}
