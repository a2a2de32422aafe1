package io.stillstream.bench.bisect;

import java.io.IOException;
import java.io.Writer;

/** Writes everything to two writers. */
final class Doubled extends Writer {

    private final Writer first;
    private final Writer second;

    Doubled(Writer first, Writer second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
        first.write(text, from, length);
        second.write(text, from, length);
    }

    @Override
    public void flush() throws IOException {
        first.flush();
        second.flush();
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
