package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.util.Locale;

/** What is done to a rollout: by somebody, or by the controller itself. */
public enum RolloutVerb {
    /** Begins with a candidate. */
    START,
    /** Takes the candidate to its next step, or all the way. */
    PROMOTE,
    /** Holds the candidate at its step. */
    PAUSE,
    /** Ends a pause. */
    RESUME,
    /** Takes the candidate back; it may be started again. */
    ABORT,
    /** Takes the candidate back, or else the champion, and rejects it for good. */
    ROLLBACK,
    /** Takes the trainer back to the champion's checkpoint, and changes nothing of what serves. */
    REWIND,
    /** The controller took the candidate to its next step, because the time of the last one was over. */
    ADVANCE,
    /** The controller took the candidate back and rejected it, because of what was observed. */
    DEGRADE;

    /** As JSON and people have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether somebody commands it; the others are the controller's own. */
    public boolean isCommand() {
        return this != ADVANCE && this != DEGRADE;
    }

    /** @throws ContractException for a label that is none */
    public static RolloutVerb parse(String label) {
        for (RolloutVerb verb : values()) {
            if (verb.label().equals(label)) {
                return verb;
            }
        }
        throw new ContractException("'" + label + "' is no verb of a rollout; expected start, promote, pause, resume,"
                + " abort, rollback, rewind, advance or degrade");
    }
}
