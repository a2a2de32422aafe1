package io.stillstream.producer;

/** A line without its line break, or the beginning of one that is longer than a line may be. */
final class Line implements Polled {

    private final long number;
    private final byte[] bytes;
    private final long length;

    /**
     * @param number counted from 1
     * @param bytes not copied: the caller must not change them afterwards
     * @param length of the whole line in bytes
     */
    Line(long number, byte[] bytes, long length) {
        this.number = number;
        this.bytes = bytes;
        this.length = length;
    }

    long number() {
        return number;
    }

    /** Not a copy; to be read only. */
    byte[] bytes() {
        return bytes;
    }

    long length() {
        return length;
    }

    /** Whether {@link #bytes} are only the beginning of the line. */
    boolean truncated() {
        return length > bytes.length;
    }

    /** Whether the whole line is white space. */
    boolean blank() {
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
