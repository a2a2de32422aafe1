package io.stillstream.contract;

/** Why a response ends where it does. */
public enum FinishReason {
    /** It is whole: a student may learn to stop after it. */
    STOP,
    /** Generation reached its maximum length. */
    LENGTH
}
