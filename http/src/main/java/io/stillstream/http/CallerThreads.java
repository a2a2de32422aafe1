package io.stillstream.http;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;

/**
 * Runs what callers' connections have to do. When an answer is written, Jetty hands its connection to a thread of the pool, which
 * looks whether a next request has come. That waits for nothing, and the thread that wrote the answer does it at once here: at a few
 * hundred calls a second, to wake another would cost a quarter of what the whole call does.
 */
final class CallerThreads implements Executor {

    private final Executor pool;

    CallerThreads(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        if (task instanceof Connection) {
            task.run();
        } else {
            pool.execute(task);
        }
    }
}
