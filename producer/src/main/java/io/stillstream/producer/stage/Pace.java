package io.stillstream.producer.stage;

import java.util.concurrent.CountDownLatch;
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
