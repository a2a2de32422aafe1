package io.stillstream.huggingface.tokenizer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches calls of the native library. One that does not come back cannot be interrupted, and its thread would hold a record,
 * and the stream behind it, for ever: so the process is ended, and what it was working on is in the log. A scorer finds the
 * record in its journal of crashes at the next start, tries it alone, and dead-letters it at the one after.
 */
public final class NativeCalls {

    /** Some ten thousand times what the longest text takes. */
    static final Duration LONGEST = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(NativeCalls.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int EXIT_CODE = 1;
    private static final NativeCalls SHARED =
            started(LONGEST, TICK, () -> Runtime.getRuntime().halt(EXIT_CODE));

    private static final ThreadLocal<Supplier<String>> RECORD = ThreadLocal.withInitial(() -> () -> "no record");

    private final long mostTicks;
    private final Duration tick;
    private final Runnable halt;
    private final Map<Thread, Call> running = new ConcurrentHashMap<>();

    /** Ticks are counted, not time: a process that was suspended has seen none. */
    private static final class Call {

        private final String what;
        private final Supplier<String> record;
        private int ticks;

        private Call(String what, Supplier<String> record) {
            this.what = what;
            this.record = record;
        }
    }

    private NativeCalls(Duration longest, Duration tick, Runnable halt) {
        this.mostTicks = longest.dividedBy(tick);
        this.tick = tick;
        this.halt = halt;
    }

    /** @param halt what ends the process */
    static NativeCalls started(Duration longest, Duration tick, Runnable halt) {
        NativeCalls calls = new NativeCalls(longest, tick, halt);
        Thread watch = new Thread(calls::watch, "native-calls");
        watch.setDaemon(true);
        watch.start();
        return calls;
    }

    /**
     * Does work on a record, which the log names if a call of that work never comes back.
     *
     * @param record asked then alone
     */
    public static <T> T of(Supplier<String> record, Supplier<T> work) {
        Supplier<String> before = RECORD.get();
        RECORD.set(record);
        try {
            return work.get();
        } finally {
            RECORD.set(before);
        }
    }

    /** @param length of the text, which is not shown itself */
    static <T> T tokenizing(int length, Supplier<T> call) {
        return SHARED.watched("a text of " + length + " characters", call);
    }

    <T> T watched(String what, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        running.put(thread, new Call(what, RECORD.get()));
        try {
            return call.get();
        } finally {
            running.remove(thread);
        }
    }

    int running() {
        return running.size();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(tick.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        for (Map.Entry<Thread, Call> entry : running.entrySet()) {
            Call call = entry.getValue();
            if (++call.ticks > mostTicks) {
                LOG.error(
                        "the tokenizer does not come to an end on {} (of {}, in thread {}) after {} seconds, and cannot be"
                                + " interrupted: this process ends; the next start tries the record alone, and"
                                + " dead-letters it as poison if it ends the process once more",
                        call.what,
                        call.record.get(),
                        entry.getKey().getName(),
                        mostTicks * tick.toSeconds());
                halt.run();
            }
        }
    }
}
