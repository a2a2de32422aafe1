package io.stillstream.producer.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An upstream that reads requests from a socket and writes the bytes that a test gives it, and no others. */
final class RawUpstream implements AutoCloseable {

    /** Writes an answer; the connection stays open afterwards unless this closes it. */
    @FunctionalInterface
    interface Script {
        void answer(Received request, Socket connection) throws IOException, InterruptedException;
    }

    /** A request as it was on the wire. */
    record Received(
            String head,
            @SuppressWarnings("ArrayRecordComponent") byte[] body) {

        /** As the request's first line has it. */
        String target() {
            String line = lines().get(0);
            return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        }

        List<String> lines() {
            return head.lines().toList();
        }

        /** Header lines without the request line. */
        List<String> headers() {
            return lines().subList(1, lines().size());
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    /** The times, in nanoseconds, at which connections were seen to be closed by the other side. */
    private final BlockingQueue<Long> closed = new LinkedBlockingQueue<>();

    /** What came of requests that ended before their end. */
    private final BlockingQueue<String> unfinished = new LinkedBlockingQueue<>();

    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    RawUpstream(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Answers every request with these bytes. */
    static RawUpstream answering(String bytes) throws IOException {
        return new RawUpstream((request, connection) ->
                connection.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    Received next() throws InterruptedException {
        Received next = received.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request came within 10 s");
        }
        return next;
    }

    /** How many whole requests have come and were not yet taken. */
    int requests() {
        return received.size();
    }

    /** When the next connection was seen to be closed by the proxy. */
    long nextClosed() throws InterruptedException {
        Long next = closed.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no connection was closed within 10 s");
        }
        return next;
    }

    /** What came of the next request that was cut off. */
    String nextUnfinished() throws InterruptedException {
        String next = unfinished.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request was cut off within 10 s");
        }
        return next;
    }

    /** How many connections were made. */
    int connections() {
        return connections.size();
    }

    private void accept() throws IOException {
        while (true) {
            Socket connection = server.accept();
            connection.setTcpNoDelay(true);
            connections.add(connection);
            start(() -> serve(connection));
        }
    }

    private static final class CutOffException extends IOException {
        CutOffException(String request) {
            super(request);
        }
    }

    private void serve(Socket connection) throws IOException, InterruptedException {
        try {
            serveAll(connection);
        } catch (CutOffException e) {
            unfinished.add(e.getMessage());
        } catch (SocketException e) {
            // Reset by the proxy.
            closed.add(System.nanoTime());
        }
    }

    private void serveAll(Socket connection) throws IOException, InterruptedException {
        InputStream in = connection.getInputStream();
        while (true) {
            Received request = read(in);
            if (request == null) {
                closed.add(System.nanoTime());
                connection.close();
                return;
            }
            received.add(request);
            script.answer(request, connection);
        }
    }

    static Received read(InputStream in) throws IOException {
        String head = head(in);
        if (head == null) {
            return null;
        }
        String lower = head.toLowerCase(Locale.ROOT);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (lower.contains("\r\ntransfer-encoding: chunked")) {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                body.write(in.readNBytes(size));
                in.readNBytes(2);
            }
            while (!line(in).isEmpty()) {
                // Trailers.
            }
        } else {
            int at = lower.indexOf("\r\ncontent-length:");
            if (at >= 0) {
                int length = Integer.parseInt(
                        lower.substring(at + 17, lower.indexOf("\r\n", at + 2)).strip());
                body.write(in.readNBytes(length));
                if (body.size() < length) {
                    throw new CutOffException(head + "\r\n" + body.toString(StandardCharsets.UTF_8));
                }
            }
        }
        return new Received(head, body.toByteArray());
    }

    /** Without the chunk's extensions. */
    private static String size(String line) {
        int end = line.indexOf(';');
        return (end < 0 ? line : line.substring(0, end)).strip();
    }

    private static int chunkSize(InputStream in) throws IOException {
        return Integer.parseInt(size(line(in)), 16);
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            line.append((char) next);
            if (next == '\n') {
                return line.substring(0, line.length() - 2);
            }
        }
        throw new IOException("the connection ended within a line: " + line);
    }

    /** Up to the empty line, with a line end; null at the connection's end. */
    static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (next == '\n'
                    && head.length() > 3
                    && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.substring(0, head.length() - 2);
            }
        }
        return null;
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException e) {
                        // The connection or the upstream was closed.
                    }
                },
                "raw-upstream");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
