package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A transition that somebody outside has yet to be told of: a record of {@code student-rollout} that is written together with
 * its decision, and removed once it was told.
 *
 * @param decision its number
 * @param target who is to be told: a name of the configuration
 * @param from the champion before; null where there was none
 * @param to the champion from then on; null where there is none
 * @param candidate what is on its way from then on; null where nothing is
 * @param rejected what is never served again from then on, and was until then; null where nothing was rejected
 */
public record RolloutDelivery(
        long decision,
        String target,
        RolloutVerb verb,
        RolloutPoint point,
        @Nullable SnapshotReference from,
        @Nullable SnapshotReference to,
        @Nullable SnapshotReference candidate,
        @Nullable SnapshotReference rejected,
        Instant at) {

    public RolloutDelivery {
        if (decision < 1 || !target.matches("[a-z][a-z0-9-]{0,63}")) {
            throw new ContractException("a delivery of decision " + decision + " to '" + target
                    + "'; expected 1 or more, and a name of lower-case letters, digits and hyphens");
        }
    }

    /** The same however often it is delivered, and no other's. */
    public String id() {
        return "rollout-" + decision + "-" + target;
    }

    /** Whether another snapshot serves from then on. */
    public boolean movesChampion() {
        return from == null ? to != null : !from.equals(to);
    }
}
