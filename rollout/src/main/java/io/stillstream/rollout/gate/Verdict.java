package io.stillstream.rollout.gate;

import io.stillstream.rollout.gate.Reason.Outcome;
import java.util.List;

/** What the gate says of a candidate. */
public sealed interface Verdict {

    /** All checks, in the order in which they were made. */
    List<Reason> reasons();

    /** The candidate may go on. */
    record Pass(List<Reason> reasons) implements Verdict {
        public Pass {
            reasons = List.copyOf(reasons);
        }
    }

    /** There is too little evidence to say: wait for more records. */
    record Hold(List<Reason> reasons) implements Verdict {
        public Hold {
            reasons = List.copyOf(reasons);
        }
    }

    /** The candidate must not go on. */
    record Fail(List<Reason> reasons) implements Verdict {
        public Fail {
            reasons = List.copyOf(reasons);
        }
    }

    /** One bad outcome fails, and otherwise one without enough evidence holds; nothing looked at is no pass. */
    static Verdict of(List<Reason> reasons) {
        if (reasons.stream().anyMatch(reason -> reason.outcome() == Outcome.NOT_OK)) {
            return new Fail(reasons);
        }
        boolean allOk = reasons.stream().allMatch(reason -> reason.outcome() == Outcome.OK);
        return allOk && !reasons.isEmpty() ? new Pass(reasons) : new Hold(reasons);
    }
}
