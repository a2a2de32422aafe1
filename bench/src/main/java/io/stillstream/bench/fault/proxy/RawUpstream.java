package io.stillstream.bench.fault.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model's API on bare sockets, so that it sees at once when its caller closes the connection. What a call's text says decides
 * how it is answered: {@code call-7} whole, or with {@code "stream":true} in events; {@code silent-7} never; {@code endless-7}
 * with headers and one event, and then nothing more.
 */
final class RawUpstream implements AutoCloseable {

    private static final Pattern CALL = Pattern.compile("(call|silent|endless)-(\\d+)");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");
    private static final int EVENTS = 8;

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "raw-upstream");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Long> asked = new ConcurrentHashMap<>();
    private final Map<String, Long> closed = new ConcurrentHashMap<>();

    RawUpstream() throws IOException {
        server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    String address() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** When a call arrived here, in {@link System#nanoTime}. */
    boolean wasAsked(String call) {
        return asked.containsKey(call);
    }

    /** When the connection of a call that is not answered to its end was closed; null while it is open. */
    @Nullable
    Long closedAt(String call) {
        return closed.get(call);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (String request = read(in); request != null; request = read(in)) {
                Matcher call = CALL.matcher(request);
                if (!call.find()) {
                    write(out, whole("none"));
                    continue;
                }
                String name = call.group();
                asked.put(name, System.nanoTime());
                switch (call.group(1)) {
                    case "call" -> write(out, request.contains("\"stream\":true") ? events(name) : whole(name));
                    case "endless" -> {
                        write(
                                out,
                                head("text/event-stream", "Transfer-Encoding: chunked") + chunk(event(name, "one ")));
                        awaitClose(in, name);
                        return;
                    }
                    default -> {
                        awaitClose(in, name);
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // The caller has gone, which is what the unanswered calls wait for.
        }
    }

    private void awaitClose(InputStream in, String name) {
        try {
            while (in.read() >= 0) {
                // A caller that is answered has nothing more to say.
            }
        } catch (IOException e) {
            // A reset is a close too.
        }
        closed.put(name, System.nanoTime());
    }

    /** The next request with its body; null when there is none. */
    private static @Nullable String read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
            matched = next == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : next == '\r' ? 1 : 0;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        Matcher length = LENGTH.matcher(text);
        return length.find()
                ? text + new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8)
                : text;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String whole(String name) {
        String body = "{\"id\":\"chatcmpl-" + name
                + "\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"This answers " + name
                + ".\"},\"finish_reason\":\"stop\"}]}";
        return head("application/json", "Content-Length: " + body.length()) + body;
    }

    private static String events(String name) {
        var text = new StringBuilder(head("text/event-stream", "Transfer-Encoding: chunked"));
        for (int i = 0; i < EVENTS; i++) {
            text.append(chunk(event(name, "word" + i + " of " + name + " ")));
        }
        text.append(chunk(
                "data: {\"id\":\"chatcmpl-" + name + "\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                        + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"));
        return text.append(chunk("data: [DONE]\n\n")).append("0\r\n\r\n").toString();
    }

    private static String event(String name, String content) {
        return "data: {\"id\":\"chatcmpl-" + name
                + "\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + content + "\"},\"finish_reason\":null}]}\n\n";
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static String head(String type, String length) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + length + "\r\n\r\n";
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
