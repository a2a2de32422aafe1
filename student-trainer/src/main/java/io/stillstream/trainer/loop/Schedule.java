package io.stillstream.trainer.loop;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When something that is done every so many steps or every so often is due. */
final class Schedule {

    private final int everySteps;
    private final long everyNanos;
    private final LongSupplier nanos;
    private long doneStep;
    private long doneNanos;
    private boolean pending;

    /**
     * @param everySteps at multiples of it; 0 is never
     * @param every 0 is never
     * @param step for which it has been done
     * @param nanos a clock that only goes forward
     */
    Schedule(int everySteps, Duration every, long step, LongSupplier nanos) {
        this.everySteps = everySteps;
        this.everyNanos = every.toNanos();
        this.nanos = nanos;
        this.doneStep = step;
        this.doneNanos = nanos.getAsLong();
    }

    /** A step was taken. */
    void reach(long step) {
        pending |= everySteps > 0 && step % everySteps == 0;
    }

    /** Whether it is due after this step; stays true until {@link #done}. */
    boolean isDue(long step) {
        return step > doneStep && (pending || (everyNanos > 0 && nanos.getAsLong() - doneNanos >= everyNanos));
    }

    void done(long step) {
        doneStep = step;
        doneNanos = nanos.getAsLong();
        pending = false;
    }
}
