package io.stillstream.pipeline.terminal;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.RunPhase;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The progress of a process: two lines that are rewritten in place on a terminal and erased at the end, and a line now and then
 * where the output is a file or a pipe. Rates are over the time since the lines before. What others write to standard error
 * meanwhile appears above the two lines.
 */
public final class LiveDisplay implements AutoCloseable {

    private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
    private static final Duration IN_FILE = Duration.ofSeconds(10);

    private static final String LINE_START = "\r";
    /**
     * All that was shown: the cursor waits where it begins, and stays there when the terminal gets another width and breaks the
     * lines anew. The rest of the screen is erased from the second column on: from its very first place, tmux would keep a copy of
     * all that it erases.
     */
    private static final String ERASE = LINE_START + "\u001b[2K\u001b[C\u001b[J" + LINE_START;

    private static final String LINE_UP = "\u001b[1A";
    /** A terminal that was made narrower since the start must not wrap: what wraps cannot be rewritten. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    /**
     * After each line: a terminal that was made narrower shows the last character in its last column, which would be read as a
     * digit of the figure that is cut there.
     */
    private static final String EDGE = " ";

    /** Between the time and what happened then; progress has another sign there. */
    private static final String EVENT = "*";

    /** Before what continues a line. */
    private static final String HANGING = "  ";

    private final Screen screen;
    private final ProgressLines lines;
    private final Supplier<Progress> progress;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("display"));
    private final PrintStream usualErrors = System.err;
    private final long started;
    private Progress previous;
    private long previousNanos;
    private RunPhase phase = RunPhase.STARTING;
    private boolean closed;
    private List<String> shown = List.of();

    LiveDisplay(Screen screen, ProgressLines lines, Supplier<Progress> progress, LongSupplier nanoTime) {
        this.screen = screen;
        this.lines = lines;
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
        this.previous = progress.get();
        this.previousNanos = started;
    }

    /** Prints until it is closed. */
    static LiveDisplay start(Screen screen, ProgressLines lines, Supplier<Progress> progress) {
        LiveDisplay display = new LiveDisplay(screen, lines, progress, System::nanoTime);
        if (screen.terminal()) {
            System.setErr(new PrintStream(new WholeLines(display::errorAbove), true, StandardCharsets.UTF_8));
        }
        long period = (screen.terminal() ? ON_TERMINAL : IN_FILE).toMillis();
        var unused = display.ticker.scheduleAtFixedRate(display::print, period, period, TimeUnit.MILLISECONDS);
        return display;
    }

    /** What the process does from now on. */
    synchronized void phase(RunPhase next) {
        if (phase != next) {
            phase = next;
            print();
        }
    }

    /** Erases the lines of a terminal, because what is printed now says more; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (screen.terminal()) {
            erase();
            screen.out().flush();
            System.setErr(usualErrors);
        } else {
            print();
        }
        closed = true;
        ticker.shutdownNow();
    }

    synchronized void print() {
        if (closed) {
            // The ticker had begun to wait before it was shut down.
            return;
        }
        Progress progressed = progress.get();
        long nanos = nanoTime.getAsLong();
        var reading = new ProgressLines.Reading(
                progressed,
                previous,
                Duration.ofNanos(nanos - previousNanos),
                Duration.ofNanos(nanos - started),
                phase);
        previous = progressed;
        previousNanos = nanos;
        List<FittedLine> now = lines.of(reading);
        if (screen.terminal()) {
            // The last column stays free: some terminals wrap as soon as it is written.
            int columns = screen.columns() - 1;
            erase();
            show(now.stream().map(line -> line.fit(columns)).toList());
        } else {
            screen.out().println(now.stream().map(FittedLine::whole).collect(Collectors.joining(FittedLine.SEPARATOR)));
        }
        screen.out().flush();
    }

    /** Prints a line that stays, behind the time since the start. */
    void event(String line) {
        String time = ProgressLines.elapsed(Duration.ofNanos(nanoTime.getAsLong() - started));
        String event = time + " " + EVENT + " " + line;
        above(
                screen.terminal() ? WrappedText.hanging(event, screen.columns() - 1, HANGING) : List.of(event),
                screen.out());
    }

    /** Prints a line that stays. */
    void above(String line) {
        above(List.of(line), screen.out());
    }

    /** A line of standard error, which would otherwise land in the middle of the two lines. */
    private void errorAbove(String line) {
        above(WrappedText.hanging(line, screen.columns() - 1, HANGING), usualErrors);
    }

    private synchronized void above(List<String> lines, PrintStream out) {
        List<String> again = shown;
        erase();
        screen.out().flush();
        lines.forEach(out::println);
        out.flush();
        show(again);
        screen.out().flush();
    }

    private void erase() {
        if (!shown.isEmpty()) {
            screen.out().print(ERASE);
            shown = List.of();
        }
    }

    private void show(List<String> text) {
        if (!text.isEmpty()) {
            screen.out()
                    .print(NO_WRAP
                            + String.join(EDGE + System.lineSeparator(), text)
                            + EDGE
                            + WRAP
                            + LINE_START
                            + LINE_UP.repeat(text.size() - 1));
            shown = text;
        }
    }
}
