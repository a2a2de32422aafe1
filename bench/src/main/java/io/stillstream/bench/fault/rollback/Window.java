package io.stillstream.bench.fault.rollback;

import io.stillstream.contract.rollout.RolloutState;

/**
 * A time in which a rollout's state stayed as it was.
 *
 * @param from in {@link System#nanoTime}
 */
record Window(RolloutState state, long from, long until) {

    /** Whether a call was open in that time alone. */
    boolean holds(Conversations.Answer answer) {
        return answer.sent() >= from && answer.ended() < until;
    }
}
