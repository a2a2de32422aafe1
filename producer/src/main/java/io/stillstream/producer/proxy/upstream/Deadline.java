package io.stillstream.producer.proxy.upstream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.io.CyclicTimeout;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** What a call waits for, and how long it may. Thread-safe; one wait at a time, a new one takes the place of the last. */
public final class Deadline extends CyclicTimeout {

    /** What is waited for. */
    public enum Wait {
        FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
        FOR_THE_FIRST_BYTE,
        FOR_THE_NEXT_BYTE
    }

    private final Consumer<Wait> over;
    private volatile @Nullable Wait wait;

    /** @param over told that a wait took too long */
    public Deadline(Scheduler scheduler, Consumer<Wait> over) {
        super(scheduler);
        this.over = over;
    }

    public void begin(Wait next, Duration atMost) {
        wait = next;
        schedule(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What was waited for has come. The timer is left to run, since the next wait most often begins at once. */
    public void met() {
        wait = null;
    }

    @Override
    public void onTimeoutExpired() {
        Wait late = wait;
        if (late != null) {
            over.accept(late);
        }
    }
}
