package io.stillstream.producer;

/** A line without its line break, or the beginning of one that is longer than a line may be. */
final class Line implements Polled {

    private final long number;
    private final byte[] bytes;
    private final long length;

    /**
     * @param number counted from 1
     * @param bytes the line's from now on: whoever made them lets go
     * @param length of the whole line
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

    /** Whether {@link #bytes} are not all of it. */
    boolean cut() {
        return length > bytes.length;
    }

    /** Whether there is nothing but white space in all of it. */
    boolean blank() {
        if (cut()) {
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
