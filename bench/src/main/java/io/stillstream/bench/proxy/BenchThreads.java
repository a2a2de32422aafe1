package io.stillstream.bench.proxy;

import java.io.IOException;
import java.net.SocketException;

/** Daemon threads that end with their connection. */
final class BenchThreads {

    private BenchThreads() {}

    /** What a thread does. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    static Thread start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (SocketException e) {
                        // The other side, or the bench, has closed it.
                        return;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (IOException e) {
                        throw new IllegalStateException(name + " failed", e);
                    }
                },
                "bench-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
