package io.stillstream.producer.stage;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the rate of prompts, evenly spaced, and how many are on their way at once. Time without traffic is not made up for
 * afterwards: the burst would exceed the rate.
 */
final class Pace {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final long intervalNanos;
    private final int maxInFlight;
    private final LongSupplier processed;
    private long due = System.nanoTime();
    private long sent;

    /**
     * @param perSecond prompts a second; 0 for no limit
     * @param maxInFlight how many may be sent and not processed; 0 for no limit
     * @param processed how many of them the stages after this one have processed
     */
    Pace(double perSecond, int maxInFlight, LongSupplier processed) {
        intervalNanos = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
        this.maxInFlight = maxInFlight;
        this.processed = processed;
    }

    /** How long to wait before asking again; not positive when the next prompt may be sent now. */
    long waitNanos() {
        if (maxInFlight > 0 && sent - processed.getAsLong() >= maxInFlight) {
            return LOOK_AGAIN_NANOS;
        }
        return intervalNanos == 0 ? 0 : due - System.nanoTime();
    }

    /** To be called when a prompt is sent. */
    void sent() {
        sent++;
        due = Math.max(due, System.nanoTime()) + intervalNanos;
    }
}
