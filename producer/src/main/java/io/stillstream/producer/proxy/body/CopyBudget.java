package io.stillstream.producer.proxy.body;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that the copies of all open calls share. Thread-safe. */
public final class CopyBudget {

    private final long most;
    private final AtomicLong used = new AtomicLong();

    public CopyBudget(long most) {
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
