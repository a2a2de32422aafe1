package io.stillstream.contract.prompt;

/** Whether the student may learn from a conversation. Decided once, by the producer, for a whole conversation. */
public enum Split {
    /** Scored and trained on. */
    TRAIN,
    /** Scored and evaluated, never trained on. */
    HELD_OUT
}
