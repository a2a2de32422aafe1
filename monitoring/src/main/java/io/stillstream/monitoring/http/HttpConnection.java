package io.stillstream.monitoring.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Objects;
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

    private static final long NEVER = Long.MAX_VALUE / 2;

    private final SocketChannel channel;
    private final ByteBuffer head = ByteBuffer.allocate(LARGEST_HEAD);
    private long deadline;
    private @Nullable HttpRequest request;
    private @Nullable ByteBuffer body;
    private ByteBuffer @Nullable [] answer;
    private @Nullable EventStream events;
    private boolean answered;
    private int drained;

    /** @param deadline of {@link System#nanoTime}: when the head must be here */
    HttpConnection(SocketChannel channel, long deadline) {
        this.channel = channel;
        this.deadline = deadline;
    }

    /** What came of reading from a client. */
    enum Reading {
        /** More is to come. */
        UNFINISHED,
        /** The head, or the body, is here. */
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

    /** Whether the client is on this machine. */
    boolean isLocal() throws IOException {
        return channel.getRemoteAddress() instanceof InetSocketAddress client
                && client.getAddress().isLoopbackAddress();
    }

    /** Waits for the body of a request; its first bytes may have come with the head. */
    void expectBody(HttpRequest of, int length) {
        int begin = headLength();
        int here = Math.min(length, head.position() - begin);
        request = of;
        body = ByteBuffer.allocate(length).put(head.array(), begin, here);
    }

    /** The request whose body is waited for; null where none is. */
    @Nullable
    HttpRequest request() {
        return request;
    }

    Reading readBody() throws IOException {
        ByteBuffer expected = Objects.requireNonNull(body, "no body is expected");
        int read = expected.hasRemaining() ? channel.read(expected) : 0;
        if (!expected.hasRemaining()) {
            return Reading.WHOLE;
        }
        return read < 0 ? Reading.ENDED : Reading.UNFINISHED;
    }

    byte[] body() {
        return Objects.requireNonNull(body, "no body is expected").array();
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

    /**
     * @param more what follows the bytes; null where nothing does
     * @param until when the client must have taken the bytes
     */
    void answer(ByteBuffer[] bytes, @Nullable EventStream more, long until) {
        answer = bytes;
        events = more;
        deadline = until;
    }

    /**
     * Sends as much as the client takes, and after the last byte that there is no more. A client of an answer that goes on has
     * the time anew whenever it has taken something.
     */
    void send(long now, long timeout) throws IOException {
        while (answer != null) {
            long sent = 0;
            for (ByteBuffer part : answer) {
                sent += send(part);
                if (part.hasRemaining()) {
                    deadline = events != null && sent > 0 ? now + timeout : deadline;
                    return;
                }
            }
            answer = null;
            if (events == null) {
                answered = true;
                channel.shutdownOutput();
            } else {
                takeMore(now, timeout);
            }
        }
    }

    private long send(ByteBuffer part) throws IOException {
        long all = 0;
        while (part.hasRemaining()) {
            ByteBuffer chunk = part.slice(part.position(), Math.min(CHUNK, part.remaining()));
            int sent = channel.write(chunk);
            all += sent;
            part.position(part.position() + sent);
            if (chunk.hasRemaining()) {
                break;
            }
        }
        return all;
    }

    /** Has the next piece of an answer that goes on to be sent, where one waits. */
    void takeMore(long now, long timeout) {
        if (events != null && answer == null) {
            ByteBuffer next = events.poll();
            answer = next == null ? null : new ByteBuffer[] {next};
            deadline = now + (next == null ? NEVER : timeout);
        }
    }

    /** Whether its answer goes on. */
    boolean isStreaming() {
        return events != null;
    }

    /** Whether something waits for the client of an answer that goes on, or that answer has ended. */
    boolean hasMore() {
        return events != null && (events.isWaiting() || events.isClosed());
    }

    boolean isOver() {
        return events != null && events.isClosed();
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
        if (events != null) {
            events.close();
        }
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
