package io.stillstream.monitoring.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of every bad manner, over real sockets, and beside each of them one that has to be answered. */
@Timeout(60)
final class HttpListenerTest {

    /** Longer than any test: what is answered meanwhile is not answered because others were cut off. */
    private static final Duration NEVER = Duration.ofHours(1);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LIMIT = 16;
    private static final int BEYOND_THE_LIMIT = 200;

    /** More than the buffers of both ends of a connection hold. */
    private static final byte[] LARGE = new byte[32 << 20];

    private final List<Socket> sockets = new ArrayList<>();
    private HttpListener listener;

    HttpListenerTest() throws IOException {
        listener = start(NEVER);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        listener.close();
    }

    @Test
    void halfRequests_moreThanMayConnect_keepNobodyFromAnAnswer() throws IOException {
        for (int i = 0; i < BEYOND_THE_LIMIT; i++) {
            send(i % 2 == 0 ? "GET /health HTTP/1.1\r\nX: " : "");
            if (i % LIMIT == 0) {
                requireAnswers();
            }
        }
        requireAnswers();
    }

    @Test
    void byteByByte_longerThanARequestMayTake_isCutOff() throws Exception {
        restart(SOON);
        Socket slow = send("GET /");
        while (!isClosed(slow)) {
            requireAnswers();
        }
        assertThat(answer(send("GET /health HTTP/1.1\r\n\r\n"))).endsWith("well");
    }

    @Test
    void answersThatNobodyReads_moreThanMayConnect_keepNobodyFromAnAnswer() throws IOException {
        for (int i = 0; i < 2 * LIMIT; i++) {
            send("GET /large HTTP/1.1\r\n\r\n");
        }
        requireAnswers();
    }

    @Test
    void answerThatNobodyReads_longerThanThatMayTake_isGivenUp() throws Exception {
        restart(SOON);
        Socket deaf = send("GET /large HTTP/1.1\r\n\r\n");
        // Its first bytes are here: it is being answered.
        assertThat(deaf.getInputStream().read()).isEqualTo('H');
        Thread.sleep(2 * SOON.toMillis());
        requireAnswers();
        assertThat(answer(deaf).length()).isLessThan(LARGE.length);
    }

    @Test
    void head_largerThanAllowed_isRefused() throws IOException {
        Socket large = send("GET /health HTTP/1.1\r\nX: " + "x".repeat(HttpConnection.LARGEST_HEAD));
        assertThat(answer(large)).startsWith("HTTP/1.1 431 ");
        Socket endless = open();
        assertThat(writeUntilClosed(endless)).isTrue();
        requireAnswers();
    }

    @Test
    void pipelinedRequests_theFirstIsAnswered() throws IOException {
        String answer = answer(send("GET /health HTTP/1.1\r\n\r\n".repeat(100)));
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Connection: close")
                .endsWith("\r\n\r\nwell");
        assertThat(answer.split("HTTP/1.1")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.0\r\n\r\n",
                "GET /health HTTP/1.1\nHost: x\n\n",
                "GET /health?full=1 HTTP/1.1\r\nHost:x\r\nAccept: a\r\nAccept: b\r\n\r\n",
                "GET http://host:1/health HTTP/1.1\r\n\r\n"
            })
    void request_ofAnyForm_isAnswered(String request) throws IOException {
        assertThat(answer(send(request))).startsWith("HTTP/1.1 200 OK\r\n").endsWith("well");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health\r\n\r\n",
                "GET /health HTTP/2.0\r\n\r\n",
                "GET  /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/1.1\r\nno field\r\n\r\n",
                "GET /health HTTP/1.1\r\nX : space\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\n\n",
                "\r\n\r\n"
            })
    void request_thatIsNone_isRefused(String request) throws IOException {
        assertThat(answer(send(request))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void request_otherMethodsAndPaths_areToldWhatThereIs() throws IOException {
        assertThat(answer(send("HEAD /health HTTP/1.1\r\n\r\n")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Length: 4")
                .endsWith("\r\n\r\n");
        assertThat(answer(send("POST /health HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nbody")))
                .startsWith("HTTP/1.1 405 ")
                .contains("Allow: GET, HEAD");
        assertThat(answer(send("GET /../etc/passwd HTTP/1.1\r\n\r\n"))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(send("GET /fails HTTP/1.1\r\n\r\n"))).startsWith("HTTP/1.1 500 ");
        requireAnswers();
    }

    @Test
    void anyBytes_keepNobodyFromAnAnswer() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < BEYOND_THE_LIMIT; i++) {
            byte[] bytes = new byte[random.nextInt(2 * HttpConnection.LARGEST_HEAD)];
            random.nextBytes(bytes);
            Socket socket = open();
            try {
                socket.getOutputStream().write(bytes);
            } catch (SocketException e) {
                // Cut off, as it may be.
            }
            if (i % 3 == 0) {
                socket.close();
            }
        }
        requireAnswers();
    }

    private void requireAnswers() throws IOException {
        assertThat(answer(send("GET /health HTTP/1.1\r\n\r\n"))).endsWith("well");
    }

    private void restart(Duration timeout) throws IOException {
        listener.close();
        listener = start(timeout);
    }

    private static HttpListener start(Duration timeout) throws IOException {
        return HttpListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), timeout, LIMIT, HttpListenerTest::handle);
    }

    private static HttpAnswer handle(HttpRequest request) {
        return switch (request.path()) {
            case "/health" -> HttpAnswer.text(200, "well");
            case "/large" -> HttpAnswer.of(200, "application/octet-stream", LARGE);
            case "/fails" -> throw new IllegalStateException("as a health check could");
            default -> HttpAnswer.text(404, "there is /health\n");
        };
    }

    private Socket open() throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.connect(listener.address());
        return socket;
    }

    private Socket send(String text) throws IOException {
        Socket socket = open();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** All that comes until the connection ends, however it does. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[1 << 16];
        try {
            for (int read = socket.getInputStream().read(bytes);
                    read >= 0;
                    read = socket.getInputStream().read(bytes)) {
                text.append(new String(bytes, 0, read, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException e) {
            // Reset: what was read before is what there is.
        }
        socket.close();
        return text.toString();
    }

    /** Sends another byte. */
    private static boolean isClosed(Socket socket) {
        try {
            socket.getOutputStream().write('x');
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean writeUntilClosed(Socket socket) throws IOException {
        byte[] bytes = "x".repeat(1 << 12).getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 1 << 16; i++) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (SocketException e) {
                return true;
            }
        }
        return false;
    }
}
