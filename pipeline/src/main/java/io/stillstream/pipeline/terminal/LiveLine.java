package io.stillstream.pipeline.terminal;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.Progress;
import io.stillstream.trainer.loss.LossConfig;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One line with the progress of all stages: rewritten in place on a terminal, a plain line now and then where the
 * output is a file or a pipe. Rates are over the time since the line before.
 */
public final class LiveLine implements AutoCloseable {

    private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
    private static final Duration IN_FILE = Duration.ofSeconds(10);
    /** Set by the launcher, which can tell; Java's own answer changed between versions. */
    private static final String TERMINAL = "stillstream.terminal";

    /** Set by the launcher too: a line that wraps cannot be rewritten. */
    private static final String COLUMNS = "stillstream.columns";

    private static final int USUAL_COLUMNS = 80;
    private static final String REWRITE = "\r\u001b[2K";

    private final Supplier<Progress> progress;
    private final LongSupplier nanoTime;
    private final PrintStream out;
    private final boolean terminal;
    private final ScheduledExecutorService ticker;
    private final long started;
    private Progress previous;
    private long previousNanos;

    private LiveLine(Supplier<Progress> progress, LongSupplier nanoTime, PrintStream out, boolean terminal) {
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.out = out;
        this.terminal = terminal;
        this.started = nanoTime.getAsLong();
        this.previous = progress.get();
        this.previousNanos = started;
        this.ticker = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("live-line"));
    }

    /** Starts printing to standard output until it is closed. */
    public static LiveLine start(Supplier<Progress> progress) {
        boolean terminal = Boolean.getBoolean(TERMINAL) && !"dumb".equals(System.getenv("TERM"));
        LiveLine line = new LiveLine(progress, System::nanoTime, System.out, terminal);
        long period = (terminal ? ON_TERMINAL : IN_FILE).toMillis();
        var unused = line.ticker.scheduleAtFixedRate(line::print, period, period, TimeUnit.MILLISECONDS);
        return line;
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        if (terminal) {
            out.print(REWRITE);
        }
        print();
        if (terminal) {
            out.println();
        }
    }

    private synchronized void print() {
        Progress now = progress.get();
        long nanos = nanoTime.getAsLong();
        String text = format(now, previous, Duration.ofNanos(nanos - previousNanos), Duration.ofNanos(nanos - started));
        previous = now;
        previousNanos = nanos;
        out.print(
                terminal
                        ? REWRITE + cut(text, Integer.getInteger(COLUMNS, USUAL_COLUMNS) - 1)
                        : text + System.lineSeparator());
        out.flush();
    }

    /** {@code 0:42 | prompts 12.0/s | scored 1,850 tok/s | trained 2,200 tok/s | lag prompts 30, teacher-targets 2 | …}. */
    static String format(Progress now, Progress before, Duration since, Duration elapsed) {
        double seconds = Math.max(since.toNanos() / 1e9, 1e-3);
        StringJoiner line = new StringJoiner(" | ");
        line.add("%d:%02d".formatted(elapsed.toMinutes(), elapsed.toSecondsPart()));
        line.add(text("prompts %.1f/s", (now.sentPrompts() - before.sentPrompts()) / seconds));
        line.add(text("scored %,.0f tok/s", (now.scoredTokens() - before.scoredTokens()) / seconds));
        line.add(text("trained %,.0f tok/s", (now.trainedTokens() - before.trainedTokens()) / seconds));
        if (!now.lag().isEmpty()) {
            line.add("lag "
                    + now.lag().entrySet().stream()
                            .map(lag -> text("%s %,d", lag.getKey(), lag.getValue()))
                            .collect(Collectors.joining(", ")));
        }
        line.add("step " + now.step());
        if (!Double.isNaN(now.heldOutBitsPerByte())) {
            line.add(text("held-out %.3f bits/byte", now.heldOutBitsPerByte()));
        }
        if (!now.lossTerms().isEmpty()) {
            line.add(now.lossTerms().entrySet().stream()
                    .map(term -> text("%s %.2f", LossConfig.abbreviation(term.getKey()), term.getValue()))
                    .collect(Collectors.joining(" ")));
        }
        if (now.deadLetters() > 0) {
            line.add("dead letters " + now.deadLetters());
        }
        return line.toString();
    }

    static String cut(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns));
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
