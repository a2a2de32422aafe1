package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in on one side comes out on the other, byte for byte. */
// A text block hides what ends a line on the wire.
@SuppressWarnings("StringConcatToTextBlock")
final class PassthroughTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void request_headersAndBody_arriveAsTheyWere() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            String answer = text(
                    proxy.exchange(
                            "POST /v1/chat/completions?a=%20b&c HTTP/1.1\r\n"
                                    + "Host: proxy\r\nX-Two: 1\r\nx-two: 2\r\n"
                                    + "Connection: Upgrade, HTTP2-Settings, close, X-Hop\r\nX-Hop: h\r\n"
                                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nTE: trailers\r\nCookie: a=b\r\n"
                                    + "Authorization: Bearer sk-1\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{\"\u00e9"));
            RawUpstream.Received request = upstream.next();
            assertThat(request.lines().get(0)).isEqualTo("POST /v1/chat/completions?a=%20b&c HTTP/1.1");
            assertThat(request.headers())
                    .containsExactlyInAnyOrder(
                            "Host: " + upstream.url().substring(7),
                            "X-Two: 1",
                            "x-two: 2",
                            "Cookie: a=b",
                            "Authorization: Bearer sk-1",
                            "Content-Type: application/json",
                            "Content-Length: 3");
            assertThat(request.body()).containsExactly('{', '"', 0xe9);
            assertThat(answer).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    }

    @Test
    void request_withoutHeaders_getsNone() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            proxy.exchange("GET /v1/models HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n");
            assertThat(upstream.next().headers())
                    .containsExactly("Host: " + upstream.url().substring(7));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/files/a%2Fb",
                "/v1/%E2%82%AC/x%20y",
                "/v1//models",
                "/v1/a/../b",
                "/v1/a;p=1/b",
                "/v1/models?",
                "/v1/models?a=1&a=2&b=%26&c=+&d",
                "/v1/models?q=%7C|{}[]\"",
                "/v1/models?a=b?c=/d"
            })
    void request_pathAndQuery_areUnchanged(String target) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            proxy.exchange("GET " + target + " HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n");
            assertThat(upstream.next().lines().get(0)).isEqualTo("GET " + target + " HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE", "OPTIONS", "PUT", "PATCH", "HEAD", "PROPFIND"})
    void request_method_isUnchanged(String method) throws Exception {
        try (RawUpstream upstream =
                        RawUpstream.answering("HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n");
                TestingProxy proxy = TestingProxy.before(upstream)) {
            String answer = text(
                    proxy.exchange(method + " /v1/files/f-1 HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"));
            assertThat(upstream.next().lines().get(0)).isEqualTo(method + " /v1/files/f-1 HTTP/1.1");
            assertThat(answer)
                    .isEqualTo(
                            "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n");
        }
    }

    @Test
    void request_chunked_staysChunked() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            proxy.exchange("POST /v1/files HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n");
            RawUpstream.Received request = upstream.next();
            assertThat(request.text()).isEqualTo("hello world");
            assertThat(request.headers())
                    .containsExactlyInAnyOrder("Host: " + upstream.url().substring(7), "Transfer-Encoding: chunked");
        }
    }

    @Test
    void request_expectingContinue_isToldToGoOn() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(
                    socket.getOutputStream(),
                    "POST /v1/files HTTP/1.1\r\nHost: proxy\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(RawUpstream.head(socket.getInputStream())).isEqualTo("HTTP/1.1 100 Continue\r\n");
            RawUpstream.write(socket.getOutputStream(), "hello");
            assertThat(RawUpstream.head(socket.getInputStream())).startsWith("HTTP/1.1 200 OK\r\n");
            RawUpstream.Received request = upstream.next();
            assertThat(request.text()).isEqualTo("hello");
            assertThat(request.head()).doesNotContainIgnoringCase("expect");
        }
    }

    @Test
    void requests_sentAhead_areAnsweredInTheirOrder() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    Thread.sleep(20);
                    String path = request.target();
                    RawUpstream.write(
                            connection.getOutputStream(),
                            "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            OutputStream out = socket.getOutputStream();
            RawUpstream.write(out, "GET /1 HTTP/1.1\r\nHost: p\r\n\r\n");
            // Once in one packet with the request before, once while that is waiting for its answer.
            Thread.sleep(5);
            RawUpstream.write(
                    out, "GET /2 HTTP/1.1\r\nHost: p\r\n\r\nPOST /3 HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\n\r\n");
            RawUpstream.write(out, "abcGET /4 HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
            String answers = text(socket.getInputStream().readAllBytes());
            assertThat(answers.replaceAll("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n(Connection: close\r\n)?\r\n", " "))
                    .isEqualTo(" /1 /2 /3 /4");
        }
    }

    private static String chunked(String... chunks) {
        StringBuilder body = new StringBuilder();
        for (String chunk : chunks) {
            byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
            body.append(Integer.toHexString(bytes.length))
                    .append("\r\n")
                    .append(text(bytes))
                    .append("\r\n");
        }
        return body + "0\r\n\r\n";
    }

    /** Bodies that somebody could want to mend. */
    static Map<String, String> bodies() {
        return Map.ofEntries(
                Map.entry("comments", ": ping\n\ndata: {}\n\n:\n\n"),
                Map.entry("event lines", "event: message_start\ndata: {\"a\":1}\n\nevent: ping\ndata: {}\n\n"),
                Map.entry("carriage returns", "data: {}\r\n\r\ndata: [DONE]\r\n\r\n"),
                Map.entry("no [DONE]", "data: {\"choices\":[]}\n\n"),
                Map.entry("unknown fields", "retry: 3\nid: 7\nfoo: bar\n\ndata: {\"zzz\":[1,2]}\n\n"),
                Map.entry("letters of several bytes", "data: \u00e9\u20ac\ud83d\ude00\n\n"),
                Map.entry("no line end", "data: {"),
                Map.entry("no UTF-8", "data: \ufffd\ufeff\u0000\n\n"));
    }

    @ParameterizedTest
    @MethodSource("bodiesByName")
    void answer_eventStream_isUnchanged(String name) throws Exception {
        String body = bodies().get(name);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    OutputStream out = connection.getOutputStream();
                    RawUpstream.write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: r1\r\n"
                                    + "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nConnection: keep-alive, X-Hop\r\nX-Hop: h\r\n"
                                    + "Keep-Alive: timeout=5\r\nServer: s\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (byte each : bytes) {
                        out.write(new byte[] {'1', '\r', '\n', each, '\r', '\n'});
                        out.flush();
                    }
                    RawUpstream.write(out, "0\r\nX-Trailer: t\r\n\r\n");
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(
                    socket.getOutputStream(),
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\n{}");
            RawUpstream.Received answer = RawUpstream.read(socket.getInputStream());
            assertThat(answer.body()).isEqualTo(bytes);
            assertThat(answer.lines().get(0)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(answer.headers())
                    .containsExactlyInAnyOrder(
                            "Content-Type: text/event-stream",
                            "X-Request-Id: r1",
                            "Set-Cookie: a=b",
                            "Set-Cookie: c=d",
                            "Server: s",
                            "X-Accel-Buffering: no",
                            "Transfer-Encoding: chunked");
            assertThat(proxy.nextCall().response().bytes()).isEqualTo(bytes);
        }
    }

    static Iterable<String> bodiesByName() {
        return bodies().keySet();
    }

    /** Whole answers of an upstream, each with what a caller gets of it. */
    static Map<String, String> answers() {
        return Map.ofEntries(
                Map.entry(
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008bx",
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008bx"),
                Map.entry(
                        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
                        // Jetty writes a length wherever there is none and the body is empty.
                        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 0\r\n\r\n"),
                Map.entry(
                        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
                        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n"),
                Map.entry(
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno",
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno"),
                Map.entry(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                + "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}",
                        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}"));
    }

    @ParameterizedTest
    @MethodSource("answersOfUpstreams")
    void answer_whole_isUnchanged(String answer) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(answer);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            String got = text(proxy.exchange("GET /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n"));
            assertThat(got.replace("Connection: close\r\n", ""))
                    .isEqualTo(answers().get(answer));
        }
    }

    static Iterable<String> answersOfUpstreams() {
        return answers().keySet();
    }

    @Test
    void answer_toHead_keepsItsLength() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n");
                TestingProxy proxy = TestingProxy.before(upstream)) {
            assertThat(text(proxy.exchange("HEAD /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")))
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 700\r\nConnection: close\r\n\r\n");
        }
    }

    @Test
    void answer_endedByTheConnectionsEnd_isWhole() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    RawUpstream.write(connection.getOutputStream(), "HTTP/1.1 200 OK\r\n\r\nall of it");
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(RawUpstream.read(socket.getInputStream()).text()).isEqualTo("all of it");
        }
    }

    @Test
    void answer_brokenOff_isSeenToBe() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    RawUpstream.write(
                            connection.getOutputStream(),
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "3\r\nabc\r\n");
                    Thread.sleep(50);
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.before(upstream)) {
            String answer =
                    text(proxy.exchange("POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 0\r\n\r\n"));
            assertThat(answer).endsWith("3\r\nabc").doesNotContain("\r\n0\r\n");
            assertThat(proxy.nextCall().end()).isEqualTo(io.stillstream.producer.capture.call.CallEnd.UPSTREAM_FAILED);
        }
    }

    /** No piece waits for the next. */
    @Test
    void answer_eachPiece_isPassedOnAtOnce() throws Exception {
        var sent = new java.util.concurrent.SynchronousQueue<Integer>();
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    OutputStream out = connection.getOutputStream();
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (int next = sent.take(); next >= 0; next = sent.take()) {
                        RawUpstream.write(out, "1\r\n" + (char) next + "\r\n");
                    }
                    RawUpstream.write(out, "0\r\n\r\n");
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: p\r\n\r\n");
            InputStream in = socket.getInputStream();
            assertThat(RawUpstream.head(in)).startsWith("HTTP/1.1 200 OK");
            for (char letter = 'a'; letter <= 'z'; letter++) {
                sent.put((int) letter);
                // The line end after a chunk comes with the next one.
                assertThat(text(in.readNBytes(letter == 'a' ? 4 : 6))).endsWith("1\r\n" + letter);
            }
            sent.put(-1);
            assertThat(text(in.readNBytes(7))).isEqualTo("\r\n0\r\n\r\n");
        }
    }

    @Test
    void chunks_inOnePacket_arriveWhole() throws Exception {
        String body = chunked("data: 1\n\n", "data: \u20ac\n\n", "data: [DONE]\n\n");
        try (RawUpstream upstream =
                        RawUpstream.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(RawUpstream.read(socket.getInputStream()).text())
                    .isEqualTo("data: 1\n\ndata: \u20ac\n\ndata: [DONE]\n\n");
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
