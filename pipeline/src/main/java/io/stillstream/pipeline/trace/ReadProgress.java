package io.stillstream.pipeline.trace;

import java.io.PrintStream;
import java.util.Locale;

/** How far the reading of topics has come, on one line of a terminal; nothing where nobody looks. */
final class ReadProgress {

    /** Records between two lines: a reader's eye needs no more. */
    private static final long EVERY = 1000;

    private static final String ERASE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;

    ReadProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void reading(String topic, long records) {
        if (terminal && records % EVERY == 0) {
            out.print(ERASE + String.format(Locale.ROOT, "reading %s: %,d records", topic, records));
            out.flush();
        }
    }

    /** A line that stays. */
    void say(String line) {
        end();
        out.println(line);
    }

    void end() {
        if (terminal) {
            out.print(ERASE);
            out.flush();
        }
    }
}
