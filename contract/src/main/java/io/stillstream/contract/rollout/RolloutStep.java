package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.time.Duration;
import java.util.Locale;

/**
 * A step of a rollout.
 *
 * @param buckets how many of the {@value #ALL} buckets of conversations the candidate serves: 100 are one percent; none but in
 *     a share
 * @param hold how long it lasts at least; a gate lasts until it has judged
 */
public record RolloutStep(Kind kind, int buckets, Duration hold) {

    public static final int ALL = 10_000;

    /** What a candidate does in a step. */
    public enum Kind {
        /** It serves nothing and is judged on held-out records. */
        GATE,
        /** It gets copies of calls, and nobody sees its answers. */
        SHADOW,
        /** It serves its share of the conversations. */
        SHARE;

        /** As JSON and people have it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws ContractException for a label that is none */
        public static Kind parse(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return kind;
                }
            }
            throw new ContractException(
                    "'" + label + "' is no kind of a rollout's step; expected gate, shadow or share");
        }
    }

    public RolloutStep {
        if (buckets < 0 || buckets > ALL || (kind != Kind.SHARE && buckets != 0)) {
            throw new ContractException("a " + kind.label() + " of a rollout has " + buckets + " buckets; expected "
                    + (kind == Kind.SHARE ? "0 to " + ALL : "none"));
        }
        if (hold.isNegative()) {
            throw new ContractException("a step of a rollout lasts " + hold + "; expected no less than nothing");
        }
    }

    /** In which a candidate waits until the gate has judged it. */
    public static RolloutStep gate() {
        return new RolloutStep(Kind.GATE, 0, Duration.ZERO);
    }

    public static RolloutStep shadow(Duration hold) {
        return new RolloutStep(Kind.SHADOW, 0, hold);
    }

    /** @param buckets of {@value #ALL} */
    public static RolloutStep share(int buckets, Duration hold) {
        return new RolloutStep(Kind.SHARE, buckets, hold);
    }
}
