package io.stillstream.producer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets through so many a second, evenly spaced. Time lost waiting for traffic is not made up for: a burst after a lull
 * would be the very thing a limit is there to prevent.
 */
final class Pace {

    private final long intervalNanos;
    private long due = System.nanoTime();

    /** @param perSecond 0 lets everything through */
    Pace(double perSecond) {
        intervalNanos = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    /** @return false when the producer was stopped while waiting */
    boolean await(CountDownLatch stopped) throws InterruptedException {
        if (intervalNanos == 0) {
            return stopped.getCount() > 0;
        }
        long wait = due - System.nanoTime();
        if (wait <= 0) {
            due = System.nanoTime() + intervalNanos;
            return stopped.getCount() > 0;
        }
        due += intervalNanos;
        return !stopped.await(wait, TimeUnit.NANOSECONDS);
    }
}
