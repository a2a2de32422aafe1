package io.stillstream.pipeline;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as a request to finish: the first one wakes whoever waits here, and the command stops its stages and
 * returns; a second one ends the process at once.
 *
 * <p>This handles signals instead of adding a shutdown hook: when the JVM shuts down, ONNX Runtime's own hook releases its
 * environment, and a stage that still uses it would crash the process.
 */
public final class Interruption implements AutoCloseable {

    /** The exit codes that shells expect of a process that a signal ended. */
    private static final Map<String, Integer> EXIT_CODES = Map.of("INT", 130, "TERM", 143);

    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final Map<String, Object> previous = new HashMap<>();

    public Interruption() {
        EXIT_CODES.forEach((signal, exitCode) ->
                previous.put(signal, handle(signal, handler(() -> signalled(exitCode)))));
    }

    /**
     * For commands that have nothing to finish: a signal ends the process at once, outside an {@link Interruption}.
     *
     * @param before run before the process ends
     */
    public static void endAtOnce(Runnable before) {
        EXIT_CODES.forEach((signal, exitCode) -> handle(signal, handler(() -> {
            try {
                before.run();
            } finally {
                Runtime.getRuntime().halt(exitCode);
            }
        })));
    }

    /** Wakes whoever waits, as Ctrl-C does. */
    public void request() {
        requested.countDown();
        actions.forEach(Runnable::run);
    }

    /** Adds an action to a request, such as stopping a stage; it runs on the thread of the request. */
    public void onRequest(Runnable action) {
        actions.add(action);
        if (requested()) {
            action.run();
        }
    }

    public boolean requested() {
        return requested.getCount() == 0;
    }

    /** Waits for a request, and no longer than that. */
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

    /** Restores the signal handlers that were there before. */
    @Override
    public void close() {
        previous.forEach(Interruption::handle);
    }

    private void signalled(int exitCode) {
        if (requested()) {
            Runtime.getRuntime().halt(exitCode);
        }
        request();
    }

    /** By reflection: the compiler refuses sun.misc, though every JDK exports it. */
    private static Object handle(String signal, Object handler) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            return type.getMethod("handle", type, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, type.getConstructor(String.class).newInstance(signal), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM handles no SIG" + signal, e);
        }
    }

    private static Object handler(Runnable action) {
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return Proxy.newProxyInstance(
                    Interruption.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JVM handles no signals", e);
        }
    }
}
