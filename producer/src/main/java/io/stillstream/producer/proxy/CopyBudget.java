package io.stillstream.producer.proxy;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that the copies of all open calls share. Thread-safe. */
final class CopyBudget {

    private final long most;
    private final AtomicLong used = new AtomicLong();

    CopyBudget(long most) {
        this.most = most;
    }

    /** Takes so many bytes, or none where there are not so many left. */
    boolean reserve(long bytes) {
        if (used.addAndGet(bytes) <= most) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
