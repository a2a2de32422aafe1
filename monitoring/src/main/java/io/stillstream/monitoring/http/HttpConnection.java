package io.stillstream.monitoring.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One client: it sends the head of a request, is sent the answer, and takes it. Each of these has a time to end by; a client
 * that is late is closed, wherever it is. Used by the listener's thread alone.
 */
final class HttpConnection {

    /** What a head may have at most, in bytes. Prometheus' heads have some three hundred. */
    static final int LARGEST_HEAD = 8 << 10;

    /** The JDK copies what is written at once into native memory, which it keeps. */
    private static final int CHUNK = 64 << 10;

    /** What a client may still send when it was answered: a body that nobody asked for. */
    private static final int MOST_DRAINED = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer head = ByteBuffer.allocate(LARGEST_HEAD);
    private long deadline;
    private ByteBuffer @Nullable [] answer;
    private boolean answered;
    private int drained;

    /** @param deadline of {@link System#nanoTime}: when the head must be here */
    HttpConnection(SocketChannel channel, long deadline) {
        this.channel = channel;
        this.deadline = deadline;
    }

    /** What came of reading from a client. */
    enum Reading {
        /** More of the head is to come. */
        UNFINISHED,
        /** The head is here. */
        WHOLE,
        TOO_LARGE,
        /** The client has gone. */
        ENDED
    }

    Reading readHead() throws IOException {
        int read = channel.read(head);
        if (headLength() > 0) {
            return Reading.WHOLE;
        }
        if (!head.hasRemaining()) {
            return Reading.TOO_LARGE;
        }
        return read < 0 ? Reading.ENDED : Reading.UNFINISHED;
    }

    byte[] head() {
        return Arrays.copyOf(head.array(), headLength());
    }

    /** Up to and with the empty line, which ends with a line feed, and before that a carriage return or none; 0 without one. */
    private int headLength() {
        byte[] bytes = head.array();
        boolean lineIsEmpty = false;
        for (int i = 0; i < head.position(); i++) {
            if (bytes[i] == '\n') {
                if (lineIsEmpty) {
                    return i + 1;
                }
                lineIsEmpty = true;
            } else if (bytes[i] != '\r') {
                lineIsEmpty = false;
            }
        }
        return 0;
    }

    /** @param until when the client must have taken it */
    void answer(ByteBuffer[] bytes, long until) {
        answer = bytes;
        deadline = until;
    }

    /** Sends as much as the client takes, and after the last byte that there is no more. */
    void send() throws IOException {
        if (answer == null) {
            return;
        }
        for (ByteBuffer part : answer) {
            while (part.hasRemaining()) {
                ByteBuffer chunk = part.slice(part.position(), Math.min(CHUNK, part.remaining()));
                int sent = channel.write(chunk);
                part.position(part.position() + sent);
                if (chunk.hasRemaining()) {
                    return;
                }
            }
        }
        answer = null;
        answered = true;
        channel.shutdownOutput();
    }

    boolean hasToSend() {
        return answer != null;
    }

    /** Whether the answer was sent; the client closes then. */
    boolean isAnswered() {
        return answered;
    }

    /**
     * Reads what a client still sends when it was answered, and forgets it: closed with unread bytes, the connection would be
     * reset, and the client lose the end of the answer.
     *
     * @return whether the client has closed its side, or has sent so much that it will not
     */
    boolean drain() throws IOException {
        head.clear();
        int read = channel.read(head);
        drained += Math.max(0, read);
        return read < 0 || drained > MOST_DRAINED;
    }

    long deadline() {
        return deadline;
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
