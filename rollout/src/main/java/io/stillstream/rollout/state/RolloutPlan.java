package io.stillstream.rollout.state;

import io.stillstream.contract.rollout.RolloutStep;
import java.util.List;

/**
 * How a candidate goes into production; it keeps the plan that it started with.
 *
 * @param steps at least one, of shares that do not fall
 * @param automatic whether a step follows when the time of the last one is over; otherwise somebody has to promote
 * @param leastRequests how many answers of the candidate a step with a share, or with shadow, waits for; 0 for none
 */
public record RolloutPlan(List<RolloutStep> steps, boolean automatic, long leastRequests) {

    public RolloutPlan {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || leastRequests < 0) {
            throw new IllegalArgumentException("a plan of " + steps.size() + " steps that wait for " + leastRequests
                    + " requests; expected a step and no negative number");
        }
        for (int i = 1; i < steps.size(); i++) {
            if (steps.get(i).buckets() < steps.get(i - 1).buckets()) {
                throw new IllegalArgumentException("step " + (i + 1)
                        + " serves fewer buckets than the one before; expected" + " shares that do not fall");
            }
        }
    }
}
