package io.stillstream.bench.proxy;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An upstream that answers at once: a completion of a kilobyte, or, where the path asks for it, a stream whose pieces each hold the
 * time at which they were sent.
 */
final class FakeUpstream implements AutoCloseable {

    static final String STREAMED = "/v1/stream/";

    private static final int BACKLOG = 1024;
    private static final int ANSWER_BYTES = 1000;

    private final ServerSocket server;
    private final Duration between;
    private final byte[] answer;

    private FakeUpstream(ServerSocket server, Duration between) {
        this.server = server;
        this.between = between;
        String body =
                "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                        + "x".repeat(ANSWER_BYTES) + "\"},\"finish_reason\":\"stop\"}]}";
        answer = HttpMessages.bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    /** @param between the pieces of a stream */
    static FakeUpstream start(Duration between) {
        try {
            var upstream = new FakeUpstream(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), between);
            BenchThreads.start("upstream", upstream::accept);
            return upstream;
        } catch (IOException e) {
            throw new PipelineException("the fake upstream cannot listen: " + e.getMessage(), e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket connection = server.accept();
            connection.setTcpNoDelay(true);
            BenchThreads.start("upstream", () -> serve(connection));
        }
    }

    private void serve(Socket connection) throws IOException, InterruptedException {
        var requests = new HttpMessages(connection.getInputStream());
        OutputStream out = connection.getOutputStream();
        while (true) {
            String line = requests.read((bytes, from, length) -> {});
            if (line.isEmpty()) {
                connection.close();
                return;
            }
            String path = line.split(" ", -1)[1];
            if (path.startsWith(STREAMED)) {
                stream(out, Integer.parseInt(path.substring(STREAMED.length())));
            } else {
                out.write(answer);
            }
        }
    }

    private void stream(OutputStream out, int pieces) throws IOException, InterruptedException {
        out.write(HttpMessages.bytes(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
        long next = System.nanoTime();
        for (int i = 0; i < pieces; i++) {
            next += between.toNanos();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
            String piece = "data: " + System.nanoTime() + "\n\n";
            out.write(HttpMessages.bytes(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n"));
        }
        out.write(HttpMessages.bytes("0\r\n\r\n"));
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new PipelineException("the fake upstream did not close: " + e.getMessage(), e);
        }
    }
}
