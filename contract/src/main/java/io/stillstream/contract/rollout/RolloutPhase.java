package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.util.Locale;

/** How a rollout is doing, in the words of Argo Rollouts. */
public enum RolloutPhase {
    /** No candidate is on its way: the champion serves, or production alone where there is none. */
    HEALTHY,
    /** A candidate is on its way, and its steps follow each other. */
    PROGRESSING,
    /** A candidate stays at its step until somebody resumes or promotes it. */
    PAUSED,
    /** The last candidate was taken back because of what it did; it is rejected. */
    DEGRADED,
    /** The last candidate was taken back by somebody. */
    ABORTED;

    /** As JSON and people have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a candidate is on its way. */
    public boolean hasCandidate() {
        return this == PROGRESSING || this == PAUSED;
    }

    /** @throws ContractException for a label that is none */
    public static RolloutPhase parse(String label) {
        for (RolloutPhase phase : values()) {
            if (phase.label().equals(label)) {
                return phase;
            }
        }
        throw new ContractException(
                "'" + label + "' is no phase of a rollout; expected healthy, progressing, paused, degraded or aborted");
    }
}
