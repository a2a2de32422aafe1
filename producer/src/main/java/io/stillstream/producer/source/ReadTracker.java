package io.stillstream.producer.source;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Counts and hashes the bytes of a source up to the end of the last whole line. Bytes after it are hashed as they come, on a
 * copy that is only kept once their line has ended.
 */
final class ReadTracker {

    private MessageDigest digest = sha256();
    private @Nullable MessageDigest atLineEnd;
    private long linesBefore;
    private long line;
    private long offset;
    private long begun;
    private @Nullable ReadPosition before;

    /** @param linesBefore the lines of earlier files of that name: numbers continue after them */
    ReadTracker(long linesBefore) {
        this.linesBefore = linesBefore;
        line = linesBefore;
    }

    /** Bytes of a line that has not ended. */
    void part(byte[] bytes, int from, int count) {
        if (count == 0) {
            return;
        }
        if (atLineEnd == null) {
            atLineEnd = copy(digest);
        }
        digest.update(bytes, from, count);
        begun += count;
    }

    /**
     * The last bytes of a line, its end included.
     *
     * @return the line's number
     */
    long lineEnd(byte[] bytes, int from, int count) {
        digest.update(bytes, from, count);
        offset += begun + count;
        begun = 0;
        atLineEnd = null;
        return ++line;
    }

    /** The number of the last whole line. */
    long line() {
        return line;
    }

    /** Another file has the name now, or this one was truncated. */
    void startOver() {
        before = position();
        digest = sha256();
        atLineEnd = null;
        begun = 0;
        offset = 0;
        linesBefore = line;
    }

    /**
     * Where the last whole line ends. That of the file before this one as long as nothing of this one was read: nothing else
     * would tell this file from the next one of its name.
     */
    ReadPosition position() {
        if (offset == 0 && before != null) {
            return before;
        }
        byte[] hash = copy(atLineEnd == null ? digest : atLineEnd).digest();
        return new ReadPosition(linesBefore, line, offset, HexFormat.of().formatHex(hash));
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the SHA-256 of every Java platform can be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
