package io.stillstream.pipeline.trace;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.trace.Trace.Event;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the decisions of a rollout did with a snapshot. */
final class RolloutEvents {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutEvents.class);

    private final List<RolloutDecision> decisions = new ArrayList<>();

    /** @param encoded in the order of their numbers; what cannot be read is left out with a warning */
    RolloutEvents(List<byte[]> encoded) {
        for (byte[] one : encoded) {
            try {
                decisions.add(RolloutDecisionCodec.decode(one));
            } catch (ContractException e) {
                LOG.warn("a decision of the rollout cannot be read: {}", e.getMessage());
            }
        }
    }

    /** Oldest first. */
    List<Event> of(String snapshot) {
        List<Event> events = new ArrayList<>();
        for (RolloutDecision decision : decisions) {
            boolean was = decision.from().champion().equals(snapshot);
            boolean is = decision.to().champion().equals(snapshot);
            boolean wasCandidate = decision.from().candidate().equals(snapshot);
            boolean isCandidate = decision.to().candidate().equals(snapshot);
            if (decision.isRefused() || !(was || is || wasCandidate || isCandidate)) {
                continue;
            }
            if (is && !was) {
                events.add(event(decision, "became champion"));
            } else if (was && !is) {
                events.add(event(decision, "no longer champion"));
            } else if (wasCandidate && !isCandidate) {
                events.add(event(decision, "taken back"));
            } else if (isCandidate && !decision.from().equals(decision.to())) {
                events.add(event(decision, "candidate, step " + (decision.to().step() + 1)));
            }
        }
        return events;
    }

    private static Event event(RolloutDecision decision, String what) {
        String why = decision.reason().isEmpty() ? "" : ": " + decision.reason();
        return new Event(
                decision.at(),
                what + " (" + decision.verb().label() + " by " + decision.actor() + ", decision " + decision.number()
                        + ")" + why);
    }
}
