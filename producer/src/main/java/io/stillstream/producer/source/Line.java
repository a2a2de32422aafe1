package io.stillstream.producer.source;

import java.util.Arrays;

/** A line without its line break, or the beginning of one that is longer than a line may be. */
public final class Line implements Polled {

    /** How much is kept of a line that is too long: enough to recognise it, and small enough for any broker. */
    static final int KEPT_BYTES = 64 << 10;

    private final long number;
    private final byte[] bytes;
    private final long length;

    /**
     * @param number counted from 1
     * @param bytes not copied: the caller must not change them afterwards
     * @param length of the whole line in bytes
     */
    public Line(long number, byte[] bytes, long length) {
        this.number = number;
        this.bytes = bytes;
        this.length = length;
    }

    public long number() {
        return number;
    }

    /** Not a copy; to be read only. */
    public byte[] bytes() {
        return bytes;
    }

    public long length() {
        return length;
    }

    /** Whether {@link #bytes} are only the beginning of the line. */
    public boolean truncated() {
        return length > bytes.length;
    }

    /** This line as one that is too long: at most its first {@value #KEPT_BYTES} bytes. */
    public Line truncate() {
        return new Line(number, Arrays.copyOf(bytes, Math.min(bytes.length, KEPT_BYTES)), length);
    }

    /** Whether the whole line is white space. */
    public boolean blank() {
        if (truncated()) {
            return false;
        }
        for (byte character : bytes) {
            if (character != ' ' && character != '\t' && character != '\r') {
                return false;
            }
        }
        return true;
    }
}
