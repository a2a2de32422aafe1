package io.stillstream.serving.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of long requests are in memory at once: connections alone bound no more than one body each. */
final class BodyBudget {

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long most) {
        this.most = most;
    }

    /** Whether there was room; then they are the caller's to {@link #release}. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(long bytes) {
        taken.addAndGet(-bytes);
    }
}
