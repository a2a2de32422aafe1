package io.stillstream.pipeline.gate;

import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.rollout.gate.Verdict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The looks at one candidate beside the same others, while its evidence grows. With a look at each new record, one that is worse by just
 * the margin would pass some day. So the next look waits until the evidence has grown by half, and all looks share one level. It also
 * bounds what a candidate that is never decided costs: evaluations and their files grow with the logarithm of the records.
 */
final class GateLooks {

    private static final double GROWTH = 1.5;

    private int looks;
    private int records;
    private @Nullable Verdict held;

    /**
     * What the last look said.
     *
     * @param records of the evidence now
     * @return empty where there is so much that is new that another look may be taken
     */
    Optional<Verdict> standing(int records) {
        return records < GROWTH * this.records ? Optional.ofNullable(held) : Optional.empty();
    }

    /** What the gate asks for at the next look. */
    GateConfig next(GateConfig config) {
        looks++;
        return config.atLook(looks);
    }

    /**
     * Keeps what a look said.
     *
     * @param records of the evidence then
     */
    Verdict said(Verdict verdict, int records) {
        this.records = records;
        held = verdict;
        return verdict;
    }
}
