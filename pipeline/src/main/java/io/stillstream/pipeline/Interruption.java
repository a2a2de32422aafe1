package io.stillstream.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as a request to finish: the first one wakes whoever waits here, the process ends with 0 once the
 * command has put everything away.
 */
public final class Interruption implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::finishAndHalt, "interruption");

    public Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Wakes whoever waits, as Ctrl-C does. */
    public void request() {
        requested.countDown();
        actions.forEach(Runnable::run);
    }

    /** What a request is to do besides: stop a stage, from the thread that asks. */
    public void onRequest(Runnable action) {
        actions.add(action);
        if (requested()) {
            action.run();
        }
    }

    public boolean requested() {
        return requested.getCount() == 0;
    }

    /** Waits until somebody asks to finish, at most so long. */
    public void await(Duration atMost) {
        try {
            if (requested.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            request();
        }
    }

    /** The command has put everything away. */
    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is what waits for us.
            return;
        }
    }

    private void finishAndHalt() {
        request();
        try {
            if (finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                // A process that a signal ends would exit with 128 + the signal, though nothing went wrong.
                Runtime.getRuntime().halt(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
