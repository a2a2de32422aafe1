package io.stillstream.producer.source;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits chunks of bytes into lines. Of a line longer than the limit only the first {@link Line#KEPT_BYTES} bytes are kept, so
 * that memory is bounded by the limit, whatever the source holds.
 */
final class LineAssembler {

    private final int maxLineBytes;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private long length;
    private long number;

    LineAssembler(int maxLineBytes) {
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * Takes bytes up to the next line's end; null when the chunk is used up before that.
     *
     * @param chunk backed by an array
     */
    @Nullable
    Line next(ByteBuffer chunk) {
        int start = chunk.position();
        for (int i = start; i < chunk.limit(); i++) {
            if (chunk.get(i) == '\n') {
                take(chunk, i - start);
                chunk.position(i + 1);
                return line();
            }
        }
        take(chunk, chunk.remaining());
        return null;
    }

    /** The last line, where no line break ends it; null when there is none. */
    @Nullable
    Line rest() {
        return length == 0 ? null : line();
    }

    private void take(ByteBuffer chunk, int count) {
        // One byte more than the limit is kept, for the carriage return that is removed from a line of full length.
        int kept = (int) Math.min(count, Math.max(0, maxLineBytes + 1L - buffer.size()));
        buffer.write(chunk.array(), chunk.arrayOffset() + chunk.position(), kept);
        chunk.position(chunk.position() + count);
        length += count;
    }

    private Line line() {
        byte[] bytes = buffer.toByteArray();
        if (length == bytes.length && length > 0 && bytes[bytes.length - 1] == '\r') {
            length--;
            bytes = Arrays.copyOf(bytes, bytes.length - 1);
        }
        if (length > maxLineBytes) {
            bytes = Arrays.copyOf(bytes, Math.min(maxLineBytes, Line.KEPT_BYTES));
        }
        var line = new Line(++number, bytes, length);
        buffer.reset();
        length = 0;
        return line;
    }
}
