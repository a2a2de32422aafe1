package io.stillstream.producer.outcome;

import io.stillstream.contract.rollout.ServedOutcome;

/** What is told of each call that an arm was asked to answer. */
public interface OutcomeSink {

    /** Takes it, or drops and counts it; never blocks, never throws. */
    void offer(ServedOutcome outcome);
}
