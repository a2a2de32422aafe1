package io.stillstream.rollout.bisect;

/** Trains again. */
public interface Replays {

    /**
     * What a student is worth that was trained from the champion on as the candidate was, but for these records.
     *
     * @param left out of training; {@link Stretch#none} for the candidate itself
     */
    HeldOutLosses without(Stretch left);
}
