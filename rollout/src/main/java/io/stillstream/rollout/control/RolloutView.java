package io.stillstream.rollout.control;

import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code student-rollout} holds.
 *
 * @param decisions their bytes, in the order of their numbers
 * @param pending what is still to be delivered, in the order of the decisions
 * @param heartbeat the controller's last; null where there never was one
 */
public record RolloutView(
        RolloutState state,
        List<byte[]> decisions,
        List<RolloutDelivery> pending,
        @Nullable ControllerHeartbeat heartbeat) {

    public RolloutView {
        decisions = List.copyOf(decisions);
        pending = List.copyOf(pending);
    }
}
