package io.stillstream.pipeline.terminal;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Hands on what is written to it line by line. */
final class WholeLines extends OutputStream {

    private final Consumer<String> lines;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** @param lines gets each line without its line break */
    WholeLines(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public synchronized void write(int value) {
        if (value == '\n') {
            lines.accept(line.toString(StandardCharsets.UTF_8).stripTrailing());
            line.reset();
        } else {
            line.write(value);
        }
    }
}
