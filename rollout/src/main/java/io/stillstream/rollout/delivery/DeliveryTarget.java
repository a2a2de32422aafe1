package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;

/** Somebody who is told of transitions. */
public interface DeliveryTarget {

    /** The same in every process: a delivery names it. */
    String name();

    /** Whether it has to be told of this one. */
    default boolean concerns(RolloutDelivery delivery) {
        return true;
    }

    /**
     * Tells it, and returns once it knows. It may have been told the same before, by a process that was killed.
     *
     * @throws DeliveryException when it does not know now, and may be told again
     * @throws InterruptedException when this thread is to end
     */
    void deliver(RolloutDelivery delivery) throws InterruptedException;
}
