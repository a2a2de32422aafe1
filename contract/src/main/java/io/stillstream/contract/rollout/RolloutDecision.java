package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was decided, by whom and why. A record of {@code student-rollout} under a key of its own, never replaced: each names the
 * hash of the one before, so that none can be changed, left out or put in without changing all that follow.
 *
 * @param number 1 for the first
 * @param input the id of the command that it obeys or refuses; empty where there was none
 * @param actor who commanded it, as told by their command; or {@code controller}
 * @param refusal why it was refused, and nothing changed; empty where it was not
 * @param reason given by whoever commanded it, or found by the controller
 * @param evidence figures and facts by name
 * @param from where the rollout was
 * @param to where it is with this decision; the same where it was refused
 * @param previous the hash of the decision before; {@link RolloutState#NO_DECISION} for the first
 */
public record RolloutDecision(
        long number,
        String input,
        String actor,
        RolloutVerb verb,
        String refusal,
        String reason,
        Map<String, String> evidence,
        RolloutPoint from,
        RolloutPoint to,
        Instant at,
        String previous) {

    public RolloutDecision {
        evidence = new TreeMap<>(evidence);
        SnapshotReference.requireContentHash(previous);
        if (number < 1) {
            throw new ContractException("a decision has the number " + number + "; expected 1 or more");
        }
        if (!refusal.isEmpty() && !from.equals(to)) {
            throw new ContractException(
                    "the refused decision " + number + " goes from '" + from + "' to '" + to + "'; expected no change");
        }
    }

    public boolean isRefused() {
        return !refusal.isEmpty();
    }
}
