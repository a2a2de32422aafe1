package io.stillstream.monitoring;

import java.util.concurrent.ThreadFactory;

/** Threads with a name, for thread dumps and logs, that do not keep the process alive. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** A factory of threads of that name. */
    public static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
