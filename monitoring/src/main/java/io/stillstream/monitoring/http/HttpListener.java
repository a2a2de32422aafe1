package io.stillstream.monitoring.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers HTTP on one thread that never waits for a client: whatever a client sends or does not send, reads or does not read,
 * another one is answered. Each connection is for one request, whose head has a size and a time to be here by, and whose
 * answer has a time to be taken by; an answer that goes on has that for each piece. Where there are as many connections as there
 * may be, a new one takes the place of the oldest, and rather of one without a whole request than of one that is being answered.
 *
 * <p>The JDK's own server reads a head on the thread that will answer it: as many half requests as it has threads are all that
 * it takes to stop it, and its limits are properties of the whole JVM.
 */
public final class HttpListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /** How long nobody is accepted when the process has no file descriptor for it. */
    private static final Duration WITHOUT_DESCRIPTORS = Duration.ofMillis(100);

    private final ServerSocketChannel server;
    private final Selector selector;
    private final HttpHandler handler;
    private final long timeoutNanos;
    private final int maxConnections;
    private final Clock clock = Clock.systemUTC();

    /** What the body of a request may have at most, in bytes. */
    static final int LARGEST_BODY = 16 << 10;

    /** The oldest first. */
    private final Map<SelectionKey, HttpConnection> connections = new LinkedHashMap<>();

    private HttpListener(
            ServerSocketChannel server, Selector selector, Duration timeout, int maxConnections, HttpHandler handler) {
        this.server = server;
        this.selector = selector;
        this.timeoutNanos = timeout.toNanos();
        this.maxConnections = maxConnections;
        this.handler = handler;
    }

    /**
     * Listens until it is closed.
     *
     * @param timeout how long a client may take to send a request, and as long again to take the answer
     * @param maxConnections at once
     * @param handler called on the listener's thread
     */
    public static HttpListener start(
            InetSocketAddress address, Duration timeout, int maxConnections, HttpHandler handler) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(address);
            server.configureBlocking(false);
            HttpListener listener = new HttpListener(server, Selector.open(), timeout, maxConnections, handler);
            server.register(listener.selector, SelectionKey.OP_ACCEPT);
            Thread thread = new Thread(listener::run, "http-listener");
            thread.setDaemon(true);
            thread.start();
            return listener;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    @Override
    public void close() {
        try {
            server.close();
            selector.close();
        } catch (IOException e) {
            LOG.debug("the HTTP listener was not closed cleanly", e);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(untilNextDeadline());
                List<SelectionKey> ready = new ArrayList<>(selector.selectedKeys());
                selector.selectedKeys().clear();
                ready.forEach(this::proceed);
                streaming().forEach(this::sendMore);
                closeLate();
            }
        } catch (ClosedSelectorException e) {
            // Closed while it was at work.
        } catch (IOException e) {
            LOG.error("the HTTP listener has stopped: no metrics and no health are served any more", e);
        } finally {
            connections.values().forEach(HttpConnection::close);
        }
    }

    /** In milliseconds, and never 0, which would be for ever. */
    private long untilNextDeadline() {
        long now = System.nanoTime();
        long nanos = connections.values().stream()
                .mapToLong(connection -> connection.deadline() - now)
                .min()
                .orElse(timeoutNanos);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }

    private void proceed(SelectionKey key) {
        HttpConnection connection = connections.get(key);
        try {
            if (connection != null) {
                proceed(key, connection);
            } else if (key.isValid() && key.isAcceptable()) {
                accept();
            }
        } catch (IOException | CancelledKeyException e) {
            // A client that has gone, or one that was closed to make room.
            close(key);
        } catch (RuntimeException e) {
            LOG.error("a request over HTTP was given up", e);
            close(key);
        }
    }

    /** Those whose answer goes on and has got more, or has ended. */
    private List<SelectionKey> streaming() {
        return connections.entrySet().stream()
                .filter(connection -> connection.getValue().hasMore())
                .map(Map.Entry::getKey)
                .toList();
    }

    private void sendMore(SelectionKey key) {
        HttpConnection connection = connections.get(key);
        if (connection == null || connection.isOver()) {
            close(key);
            return;
        }
        try {
            connection.takeMore(System.nanoTime(), timeoutNanos);
            send(key, connection);
        } catch (IOException | CancelledKeyException e) {
            close(key);
        }
    }

    private void accept() throws IOException {
        SocketChannel channel;
        try {
            channel = server.accept();
        } catch (IOException e) {
            LOG.warn("a client of /metrics or /health was not accepted: {}", e.toString());
            pause();
            return;
        }
        if (channel == null) {
            return;
        }
        if (connections.size() >= maxConnections) {
            makeRoom();
        }
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        connections.put(key, new HttpConnection(channel, System.nanoTime() + timeoutNanos));
    }

    /** Closes the oldest of those that have not sent a whole request; where all have, the oldest. */
    private void makeRoom() {
        connections.entrySet().stream()
                .filter(connection -> !connection.getValue().hasToSend())
                .filter(connection -> !connection.getValue().isStreaming())
                .map(Map.Entry::getKey)
                .findFirst()
                .or(() -> connections.keySet().stream().findFirst())
                .ifPresent(this::close);
    }

    private static void pause() {
        try {
            Thread.sleep(WITHOUT_DESCRIPTORS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void proceed(SelectionKey key, HttpConnection connection) throws IOException {
        if (connection.isAnswered()) {
            if (connection.drain()) {
                close(key);
            }
            return;
        }
        if (connection.isStreaming()) {
            if (key.isReadable() && connection.drain()) {
                close(key);
                return;
            }
        } else if (!connection.hasToSend() && !read(key, connection)) {
            return;
        }
        send(key, connection);
    }

    private void send(SelectionKey key, HttpConnection connection) throws IOException {
        connection.send(System.nanoTime(), timeoutNanos);
        int writing = connection.hasToSend() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        // One that is gone is noticed while nothing is sent, and while something is.
        key.interestOps(connection.isStreaming() ? writing | SelectionKey.OP_READ : writing);
    }

    /** @return whether there is an answer to send now */
    private boolean read(SelectionKey key, HttpConnection connection) throws IOException {
        HttpRequest waiting = connection.request();
        switch (waiting == null ? connection.readHead() : connection.readBody()) {
            case UNFINISHED -> {
                return false;
            }
            case ENDED -> {
                close(key);
                return false;
            }
            case TOO_LARGE ->
                answer(connection, HttpAnswer.text(431, "a request's head has at most 8 KiB here\n"), false);
            case WHOLE -> {
                if (waiting == null) {
                    return begun(key, connection);
                }
                answer(connection, answer(waiting.withBody(connection.body())), false);
            }
        }
        return true;
    }

    /** The head is here. */
    private boolean begun(SelectionKey key, HttpConnection connection) throws IOException {
        Optional<HttpRequest> parsed = HttpRequest.parse(connection.head(), connection.isLocal());
        if (parsed.isEmpty()) {
            answer(connection, HttpAnswer.text(400, "that is no request of HTTP/1.1 or HTTP/1.0\n"), false);
            return true;
        }
        HttpRequest request = parsed.get();
        Set<String> methods = new TreeSet<>(handler.methods(request.path()));
        if (!methods.contains(request.method())) {
            String allowed = String.join(", ", methods);
            answer(
                    connection,
                    HttpAnswer.text(405, "only " + allowed + " is answered here\n")
                            .with("Allow", allowed),
                    false);
        } else if (HttpHandler.READING.contains(request.method())) {
            answer(connection, answer(request), request.method().equals("HEAD"));
        } else if (!request.field("Content-Length").matches("\\d{1,9}")
                || !request.field("Transfer-Encoding").isEmpty()) {
            answer(connection, HttpAnswer.text(411, "a body has its Content-Length here\n"), false);
        } else if (Integer.parseInt(request.field("Content-Length")) > LARGEST_BODY) {
            answer(connection, HttpAnswer.text(413, "a request's body has at most 16 KiB here\n"), false);
        } else {
            connection.expectBody(request, Integer.parseInt(request.field("Content-Length")));
            return read(key, connection);
        }
        return true;
    }

    private void answer(HttpConnection connection, HttpAnswer answer, boolean headOnly) {
        EventStream events = headOnly ? null : answer.events();
        if (events != null) {
            events.onChange(selector::wakeup);
        }
        connection.answer(answer.bytes(headOnly, clock.instant()), events, System.nanoTime() + timeoutNanos);
    }

    private HttpAnswer answer(HttpRequest request) {
        try {
            return handler.answer(request);
        } catch (RuntimeException e) {
            LOG.warn("a request over HTTP could not be answered", e);
            return HttpAnswer.text(500, "the answer could not be made; the log says why\n");
        }
    }

    private void closeLate() {
        long now = System.nanoTime();
        List<SelectionKey> late = connections.entrySet().stream()
                .filter(connection -> connection.getValue().deadline() - now <= 0)
                .map(Map.Entry::getKey)
                .toList();
        late.forEach(this::close);
    }

    private void close(SelectionKey key) {
        HttpConnection connection = connections.remove(key);
        if (connection != null) {
            connection.close();
        }
    }
}
