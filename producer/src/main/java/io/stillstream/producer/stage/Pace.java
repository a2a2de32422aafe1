package io.stillstream.producer.stage;

import java.util.concurrent.TimeUnit;

/**
 * Limits the rate of prompts, evenly spaced. Time without traffic is not made up for afterwards: the burst would exceed the
 * rate.
 */
final class Pace {

    private final long intervalNanos;
    private long due = System.nanoTime();

    /** @param perSecond prompts a second; 0 for no limit */
    Pace(double perSecond) {
        intervalNanos = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    /** How long it is until the next prompt may be sent; not positive when it may be sent now. */
    long waitNanos() {
        return intervalNanos == 0 ? 0 : due - System.nanoTime();
    }

    /** To be called when a prompt is sent. */
    void sent() {
        due = Math.max(due, System.nanoTime()) + intervalNanos;
    }
}
