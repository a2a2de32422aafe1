package io.stillstream.rollout.state;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether decisions are those that were made: each as it was written, none missing, none put in, and the last of them the one
 * that the state names. Whoever can write all of the topic can also write another history of it; against that helps a hash
 * of its that was kept elsewhere.
 */
public final class RolloutHistory {

    private RolloutHistory() {}

    /**
     * Checks decisions from the first to the last.
     *
     * @param records their bytes, in the order of their numbers
     * @param state that they lead to
     * @return what is wrong, a line each; none where nothing is
     */
    public static List<String> verify(List<byte[]> records, RolloutState state) {
        return verify(records, state, true);
    }

    /** The same of decisions alone, whose state is lost. */
    static List<String> problems(List<byte[]> records) {
        return verify(records, RolloutState.initial(), false);
    }

    private static List<String> verify(List<byte[]> records, RolloutState state, boolean known) {
        List<String> problems = new ArrayList<>();
        String head = RolloutState.NO_DECISION;
        RolloutPoint point = RolloutState.initial().point();
        long revision = 0;
        long number = 0;
        for (byte[] bytes : records) {
            number++;
            RolloutDecision decision;
            try {
                decision = RolloutDecisionCodec.decode(bytes);
            } catch (ContractException e) {
                problems.add("decision " + number + ": " + e.getMessage());
                return problems;
            }
            if (decision.number() != number) {
                problems.add(
                        "decision " + number + " is missing: decision " + decision.number() + " stands in its place");
                return problems;
            }
            if (!decision.previous().equals(head)) {
                problems.add("decision " + number + " follows one with the hash " + decision.previous()
                        + "; expected that of the one before, " + head);
            }
            if (!decision.from().equals(point)) {
                problems.add("decision " + number + " goes from '" + decision.from() + "'; the one before led to '"
                        + point + "'");
            }
            point = decision.to();
            revision += decision.isRefused() ? 0 : 1;
            head = RolloutDecisionCodec.hash(decision);
        }
        if (!known) {
            return problems;
        }
        if (state.decisions() != number || !state.head().equals(head)) {
            problems.add("the state follows decision " + state.decisions() + " with the hash " + state.head()
                    + "; the last decision found is " + number + " with " + head);
        } else if (!state.point().equals(point) || state.revision() != revision) {
            problems.add("the state is '" + state.point() + "' at revision " + state.revision()
                    + "; the decisions lead to '" + point + "' at revision " + revision);
        }
        return problems;
    }
}
