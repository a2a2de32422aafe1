package io.stillstream.http;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that all open calls share: connections alone bound no more than what one call takes. Thread-safe. */
public final class ByteBudget {

    private final long most;
    private final AtomicLong used = new AtomicLong();

    public ByteBudget(long most) {
        this.most = most;
    }

    /** Takes so many bytes, or none where there are not so many left. */
    public boolean reserve(long bytes) {
        if (used.addAndGet(bytes) <= most) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    public void release(long bytes) {
        used.addAndGet(-bytes);
    }

    public long used() {
        return used.get();
    }
}
