package io.stillstream.pipeline;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Ctrl-C and SIGTERM as a request to finish: the first one wakes whoever waits here, and the command stops its stages and
 * returns; a second one ends the process at once. The first one does so too, with the exit code of what was stopped on
 * request, where a command {@linkplain #ofStages has nothing to finish yet} or {@linkplain #finishOnlyWhile cannot finish}:
 * whatever is cut off then goes on at the next start, as after a kill.
 *
 * <p>This handles signals instead of adding a shutdown hook: when the JVM shuts down, ONNX Runtime's own hook releases its
 * environment, and a stage that still uses it would crash the process.
 */
public final class Interruption implements AutoCloseable {

    /** The exit codes that shells expect of a process that a signal ended. */
    private static final Map<String, Integer> EXIT_CODES = Map.of("INT", 130, "TERM", 143);

    private static final int STOPPED = 0;

    private static volatile Runnable beforeEnd = () -> {};

    private final boolean finishesFromTheStart;
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final Map<String, Object> previous = new HashMap<>();
    private volatile BooleanSupplier canFinish = () -> true;
    private volatile boolean signalled;

    public Interruption() {
        this(true);
    }

    private Interruption(boolean finishesFromTheStart) {
        this.finishesFromTheStart = finishesFromTheStart;
        EXIT_CODES.forEach((signal, exitCode) ->
                previous.put(signal, handle(signal, handler(() -> signalled(exitCode)))));
    }

    /**
     * For a command that waits for a broker and loads models before its stages begin: until the first {@linkplain #onRequest
     * action} is added there is nothing to finish.
     */
    public static Interruption ofStages() {
        return new Interruption(false);
    }

    /**
     * For commands that have nothing to finish: a signal ends the process at once, outside an {@link Interruption}.
     *
     * @param before run before any signal ends the process
     */
    public static void endAtOnce(Runnable before) {
        beforeEnd = before;
        EXIT_CODES.forEach((signal, exitCode) -> handle(signal, handler(() -> end(exitCode))));
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

    /** @param available what finishing needs; asked when a signal has come, and may take a few seconds to answer */
    public void finishOnlyWhile(BooleanSupplier available) {
        canFinish = available;
    }

    /** What the work returns; where it fails while it finishes, for want of what finishing needs, the process ends. */
    public <T> T endingWhereItCannotFinish(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            endUnlessItCanFinish();
            throw e;
        }
    }

    private void endUnlessItCanFinish() {
        if (signalled && !canFinish.getAsBoolean()) {
            end("stopped while no broker answers; the next start goes on where the last commit was");
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
            end(exitCode);
        }
        signalled = true;
        if (!finishesFromTheStart && actions.isEmpty()) {
            end("stopped before it had begun");
        }
        // On a thread of its own, because an action may wait for the very thing that is away.
        new Thread(this::endUnlessItCanFinish, "interruption").start();
        request();
    }

    private static void end(String why) {
        System.err.println("stillstream: " + why);
        end(STOPPED);
    }

    private static void end(int exitCode) {
        try {
            beforeEnd.run();
            System.out.flush();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
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
