package io.stillstream.monitoring.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that goes on: server-sent events, for one client. What waits for a client that does not take it is
 * bounded; beyond that the client is cut off, and begins anew when it comes back. Thread-safe.
 */
public final class EventStream {

    /** In bytes. A state of a console is a fraction of it. */
    static final int MOST_WAITING = 1 << 20;

    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean closed;
    private @Nullable Runnable listener;

    /**
     * Sends an event as soon as the client takes it.
     *
     * @param name of the event, one word
     * @param data on one line
     * @return false where the client has gone, or did not keep up and was cut off
     */
    public boolean send(String name, String data) {
        byte[] bytes = ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
        Runnable wake;
        synchronized (this) {
            if (closed) {
                return false;
            }
            if (waitingBytes + bytes.length > MOST_WAITING) {
                end();
            } else {
                waiting.add(ByteBuffer.wrap(bytes));
                waitingBytes += bytes.length;
            }
            wake = listener;
        }
        if (wake != null) {
            wake.run();
        }
        return !isClosed();
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** Ends the answer; what still waits is dropped. */
    public void close() {
        Runnable wake;
        synchronized (this) {
            end();
            wake = listener;
        }
        if (wake != null) {
            wake.run();
        }
    }

    /** @param wake called whenever something waits, or the stream has ended */
    synchronized void onChange(Runnable wake) {
        listener = wake;
    }

    /** The next piece; null where none waits. */
    synchronized @Nullable ByteBuffer poll() {
        ByteBuffer next = waiting.poll();
        if (next != null) {
            waitingBytes -= next.remaining();
        }
        return next;
    }

    synchronized boolean isWaiting() {
        return !waiting.isEmpty();
    }

    private synchronized void end() {
        closed = true;
        waiting.clear();
        waitingBytes = 0;
    }
}
