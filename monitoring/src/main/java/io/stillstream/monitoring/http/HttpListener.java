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
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers HTTP on one thread that never waits for a client: whatever a client sends or does not send, reads or does not read,
 * another one is answered. Each connection is for one request, whose head has a size and a time to be here by, and whose
 * answer has a time to be taken by. Where there are as many connections as there may be, a new one takes the place of the
 * oldest, and rather of one without a whole request than of one that is being answered.
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
    private final Function<HttpRequest, HttpAnswer> handler;
    private final long timeoutNanos;
    private final int maxConnections;
    private final Clock clock = Clock.systemUTC();

    /** The oldest first. */
    private final Map<SelectionKey, HttpConnection> connections = new LinkedHashMap<>();

    private HttpListener(
            ServerSocketChannel server,
            Selector selector,
            Duration timeout,
            int maxConnections,
            Function<HttpRequest, HttpAnswer> handler) {
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
     * @param handler of GET and HEAD, called on the listener's thread: it must be quick
     */
    public static HttpListener start(
            InetSocketAddress address, Duration timeout, int maxConnections, Function<HttpRequest, HttpAnswer> handler)
            throws IOException {
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
        if (!connection.hasToSend()) {
            switch (connection.readHead()) {
                case UNFINISHED -> {
                    return;
                }
                case ENDED -> {
                    close(key);
                    return;
                }
                case TOO_LARGE ->
                    answer(connection, HttpAnswer.text(431, "a request's head has at most 8 KiB here\n"), false);
                case WHOLE -> answer(connection);
            }
        }
        connection.send();
        key.interestOps(connection.hasToSend() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void answer(HttpConnection connection) {
        Optional<HttpRequest> request = HttpRequest.parse(connection.head());
        if (request.isEmpty()) {
            answer(connection, HttpAnswer.text(400, "that is no request of HTTP/1.1 or HTTP/1.0\n"), false);
        } else {
            answer(connection, answer(request.get()), request.get().method().equals("HEAD"));
        }
    }

    private void answer(HttpConnection connection, HttpAnswer answer, boolean headOnly) {
        connection.answer(answer.bytes(headOnly, clock.instant()), System.nanoTime() + timeoutNanos);
    }

    private HttpAnswer answer(HttpRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpAnswer.text(405, "only GET and HEAD are answered here\n").with("Allow", "GET, HEAD");
        }
        try {
            return handler.apply(request);
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
