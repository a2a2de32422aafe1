package io.stillstream.contract.rollout;

import io.stillstream.contract.ContractException;
import java.time.Duration;

/**
 * A step of a rollout.
 *
 * @param buckets how many of the {@value #ALL} buckets of conversations the candidate serves: 100 are one percent
 * @param shadow whether the candidate gets copies of calls whose answers nobody sees
 * @param hold how long it lasts at least
 */
public record RolloutStep(int buckets, boolean shadow, Duration hold) {

    public static final int ALL = 10_000;

    public RolloutStep {
        if (buckets < 0 || buckets > ALL) {
            throw new ContractException("a step of a rollout has " + buckets + " buckets; expected 0 to " + ALL);
        }
        if (hold.isNegative()) {
            throw new ContractException("a step of a rollout lasts " + hold + "; expected no less than nothing");
        }
    }
}
