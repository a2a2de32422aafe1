package io.stillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that refuses whatever it is sent, and what becomes of the connection. */
final class UnreadBodyTest {

    private static final int NO = 401;
    private static final int PATIENCE_MILLIS = 60_000;

    private HttpListener listener;

    @BeforeEach
    void listen() {
        Server server = HttpListener.server("refusing");
        server.setHandler(new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request call, Response answer, Callback callback) {
                UnreadBody.discard(call, answer, () -> {
                    answer.setStatus(NO);
                    answer.write(true, ByteBuffer.wrap(new byte[] {'n', 'o'}), callback);
                });
                return true;
            }
        });
        listener = new HttpListener(
                server,
                HttpListener.configuration(),
                new Listening("refusing", "127.0.0.1", 0, TlsConfig.none(), 8, Duration.ofMinutes(1)));
        listener.start();
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private Socket connect() throws IOException {
        URI address = listener.address();
        var socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** An answer of the server's, up to its two bytes of body. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        var bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\nno")) {
            int next = in.read();
            assertThat(next).as("after '%s'", bytes).isNotNegative();
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    private static String head(String more) {
        return "POST / HTTP/1.1\r\nHost: s\r\n" + more + "\r\n";
    }

    @Test
    void bodyThatComesAfterItsHead_leavesTheConnectionForTheNextRequest() throws Exception {
        try (Socket socket = connect()) {
            for (int request = 0; request < 20; request++) {
                send(socket, head("Content-Length: 3\r\n"));
                Thread.sleep(request);
                send(socket, "abc");
                assertThat(answer(socket)).startsWith("HTTP/1.1 401").doesNotContain("close");
            }
        }
    }

    @Test
    void chunkedBody_leavesTheConnectionForTheNextRequest() throws Exception {
        try (Socket socket = connect()) {
            for (int request = 0; request < 2; request++) {
                send(socket, head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
                send(socket, "0\r\n\r\n");
                assertThat(answer(socket)).startsWith("HTTP/1.1 401").doesNotContain("close");
            }
        }
    }

    @Test
    void largeBody_isNotWaitedFor_andTheAnswerSaysThatTheConnectionEnds() throws Exception {
        try (Socket socket = connect()) {
            send(socket, head("Content-Length: " + (UnreadBody.MOST_BYTES + 1) + "\r\n"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 401").contains("Connection: close");
            assertThat(socket.getInputStream().read()).isNegative();
        }
    }

    @Test
    void endlessBody_isReadSoFar_andTheAnswerSaysThatTheConnectionEnds() throws Exception {
        try (Socket socket = connect()) {
            send(socket, head("Transfer-Encoding: chunked\r\n"));
            String piece = Integer.toHexString(1 << 10) + "\r\n" + "x".repeat(1 << 10) + "\r\n";
            for (int sent = 0; sent <= UnreadBody.MOST_BYTES; sent += 1 << 10) {
                send(socket, piece);
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 401").contains("Connection: close");
        }
    }

    @Test
    void callerWhoWaitsToBeAsked_isNotAsked() throws Exception {
        try (Socket socket = connect()) {
            send(socket, head("Content-Length: 3\r\nExpect: 100-continue\r\n"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 401").contains("Connection: close");
        }
    }
}
