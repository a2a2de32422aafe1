package io.stillstream.rollout.state;

import io.stillstream.contract.rollout.RolloutState;

/** What becomes of an event. */
public sealed interface RolloutOutcome {

    /**
     * The rollout goes on from another state.
     *
     * @param state with its time, but not yet with its decision, which raises its revision
     * @param reason what the machine found; empty where nothing but the event is to be said
     */
    record Transition(RolloutState state, String reason) implements RolloutOutcome {}

    /** What was commanded cannot be; {@code reason} says why in one line. */
    record Refused(String reason) implements RolloutOutcome {}

    /** Nothing happens yet; {@code reason} says what is waited for. */
    record Held(String reason) implements RolloutOutcome {}
}
