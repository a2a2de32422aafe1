package io.stillstream.producer.source;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits chunks of bytes into lines. Of a line longer than the limit only the first {@link Line#KEPT_BYTES} bytes are kept, so
 * that memory is bounded by the limit, whatever the source holds.
 */
abstract class Splitter {

    private final int maxLineBytes;
    private final ReadTracker tracker;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private long length;

    /** @param linesBefore the lines of earlier files of that name: numbers continue after them */
    Splitter(int maxLineBytes, long linesBefore) {
        this.maxLineBytes = maxLineBytes;
        tracker = new ReadTracker(linesBefore);
    }

    /**
     * Finds where the bytes of the present line begin and end. Called with each byte once, in order.
     *
     * @return whether the line ends with or before this byte
     */
    abstract Step step(byte next);

    /** What a byte is to the present line. */
    enum Step {
        /** It stands between lines. */
        BETWEEN,
        /** It is part of the line. */
        PART,
        /** It is the line's last. */
        LAST,
        /** It ends the line and is not part of it. */
        BREAK
    }

    /** What is wrong with a source that ends here; null when nothing is. */
    @Nullable
    String unfinished() {
        return null;
    }

    /**
     * Takes bytes up to the next line's end; null when the chunk is used up before that.
     *
     * @param chunk backed by an array
     */
    final @Nullable Line next(ByteBuffer chunk) {
        byte[] bytes = chunk.array();
        int start = chunk.arrayOffset() + chunk.position();
        int limit = chunk.arrayOffset() + chunk.limit();
        int from = start;
        for (int i = start; i < limit; i++) {
            switch (step(bytes[i])) {
                case BETWEEN -> from = i + 1;
                case PART -> {
                    // Kept below, together with those that follow.
                }
                case LAST -> {
                    keep(bytes, from, i + 1 - from);
                    return end(chunk, start, i + 1);
                }
                case BREAK -> {
                    keep(bytes, from, i - from);
                    return end(chunk, start, i + 1);
                }
            }
        }
        keep(bytes, from, limit - from);
        tracker.part(bytes, start, limit - start);
        chunk.position(chunk.limit());
        return null;
    }

    /** The last line, where nothing ends it; null when there is none. */
    final @Nullable Line rest() {
        return length == 0 ? null : line(tracker.lineEnd(new byte[0], 0, 0));
    }

    final ReadPosition position() {
        return tracker.position();
    }

    /** The number of the last whole line. */
    final long number() {
        return tracker.line();
    }

    /** Begins another file; what is left of the last line is returned, null when there is nothing. */
    final @Nullable Line startOver() {
        Line rest = rest();
        tracker.startOver();
        return rest;
    }

    private Line end(ByteBuffer chunk, int start, int end) {
        long number = tracker.lineEnd(chunk.array(), start, end - start);
        chunk.position(end - chunk.arrayOffset());
        return line(number);
    }

    private void keep(byte[] bytes, int from, int count) {
        // One byte more than the limit is kept, for the carriage return that is removed from a line of full length.
        int kept = (int) Math.min(count, Math.max(0, maxLineBytes + 1L - buffer.size()));
        buffer.write(bytes, from, kept);
        length += count;
    }

    private Line line(long number) {
        byte[] bytes = buffer.toByteArray();
        if (length == bytes.length && length > 0 && bytes[bytes.length - 1] == '\r') {
            length--;
            bytes = Arrays.copyOf(bytes, bytes.length - 1);
        }
        if (length > maxLineBytes) {
            bytes = Arrays.copyOf(bytes, Math.min(maxLineBytes, Line.KEPT_BYTES));
        }
        var line = new Line(number, bytes, length);
        buffer.reset();
        length = 0;
        return line;
    }
}
