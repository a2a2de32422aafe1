package io.stillstream.trainer.loop;

import java.time.Duration;

/** When something that happens every so many steps or every so often is due. */
final class Schedule {

    private final int everySteps;
    private final long everyNanos;
    private long doneStep;
    private long doneNanos = System.nanoTime();
    private boolean pending;

    /**
     * @param everySteps at multiples of it; 0 is never
     * @param every 0 is never
     * @param step of which it has been done
     */
    Schedule(int everySteps, Duration every, long step) {
        this.everySteps = everySteps;
        this.everyNanos = every.toNanos();
        this.doneStep = step;
    }

    /** A step was taken. */
    void reach(long step) {
        pending |= everySteps > 0 && step % everySteps == 0;
    }

    /** Stays true until it is done. */
    boolean isDue(long step) {
        return step > doneStep && (pending || (everyNanos > 0 && System.nanoTime() - doneNanos >= everyNanos));
    }

    void done(long step) {
        doneStep = step;
        doneNanos = System.nanoTime();
        pending = false;
    }
}
