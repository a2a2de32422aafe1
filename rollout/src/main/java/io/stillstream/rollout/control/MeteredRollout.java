package io.stillstream.rollout.control;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.monitoring.rollout.RolloutMeters;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a rollout in meters. Decisions from before its first look are not counted. */
public final class MeteredRollout implements Consumer<RolloutView> {

    private static final Logger LOG = LoggerFactory.getLogger(MeteredRollout.class);

    private final RolloutMeters meters;

    /** How many decisions are counted; -1 before the first look. */
    private int counted = -1;

    public MeteredRollout(RolloutMeters meters) {
        this.meters = meters;
    }

    @Override
    public void accept(RolloutView view) {
        ControllerHeartbeat heartbeat = view.heartbeat();
        Instant alive = heartbeat == null ? null : heartbeat.at();
        meters.show(view.state(), view.pending().size(), alive);
        List<byte[]> decisions = view.decisions();
        if (counted >= 0 && decisions.size() > counted) {
            decisions.subList(counted, decisions.size()).forEach(this::count);
        }
        counted = decisions.size();
    }

    private void count(byte[] json) {
        try {
            RolloutDecision decision = RolloutDecisionCodec.decode(json);
            meters.recordDecision(decision.verb(), decision.isRefused());
        } catch (ContractException e) {
            LOG.warn("a decision of the rollout cannot be counted: {}", e.getMessage());
        }
    }
}
