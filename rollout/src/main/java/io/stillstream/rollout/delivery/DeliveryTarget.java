package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;
import java.util.function.BooleanSupplier;

/** Somebody who is told of transitions. */
public interface DeliveryTarget {

    /** The same in every process: a delivery names it. */
    String name();

    /** Whether it is told only when all others that the same decision concerns were. */
    default boolean isLast() {
        return false;
    }

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

    /**
     * The same.
     *
     * @param overtaken whether it is to be told of a later decision already
     */
    default void deliver(RolloutDelivery delivery, BooleanSupplier overtaken) throws InterruptedException {
        deliver(delivery);
    }
}
