package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.http.ByteBudget;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.proxy.body.BodyCopy;
import io.stillstream.producer.proxy.config.UpstreamConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What waits, waits no longer than it may, and takes no more memory than it may. */
final class LimitsTest {

    private static final String REQUEST =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";

    private static final Duration SHORT = Duration.ofMillis(150);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static TestingProxy proxy(String url, Duration firstByte, Duration idle) {
        return new TestingProxy(TestingProxy.config(Map.of("main", UpstreamConfig.at(url)), firstByte, idle));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void upstream_thatDoesNotBegin_isGivenUpByName() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering("");
                TestingProxy proxy = proxy(upstream.url(), SHORT, LONG)) {
            assertThat(text(proxy.exchange(REQUEST)))
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\nContent-Type: application/json\r\n")
                    .contains("\"code\":\"upstream_first_byte_timeout\"")
                    .contains("'main' did not begin its answer within 150ms (proxy.first-byte-timeout).");
            upstream.nextClosed();
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.DEADLINE);
        }
    }

    @Test
    void upstream_thatFallsSilent_isGivenUpAndTheCallerSeesIt() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> RawUpstream.write(
                        connection.getOutputStream(),
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
                TestingProxy proxy = proxy(upstream.url(), LONG, SHORT)) {
            assertThat(text(proxy.exchange(REQUEST))).endsWith("1\r\na");
            upstream.nextClosed();
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.DEADLINE);
        }
    }

    @Test
    void upstream_thatIsSlowButSteady_isNot() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    OutputStream out = connection.getOutputStream();
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
                    for (int i = 0; i < 8; i++) {
                        TimeUnit.MILLISECONDS.sleep(300);
                        RawUpstream.write(out, "x");
                    }
                });
                TestingProxy proxy = proxy(upstream.url(), Duration.ofSeconds(2), Duration.ofSeconds(2))) {
            assertThat(text(proxy.exchange(REQUEST))).endsWith("xxxxxxxx");
        }
    }

    /** A caller that waits says nothing, and is not cut off for it. */
    @Test
    void caller_thatWaitsLongerThanTheIdleTimeout_isAnswered() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    TimeUnit.MILLISECONDS.sleep(500);
                    RawUpstream.write(connection.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                TestingProxy proxy = proxy(upstream.url(), LONG, SHORT)) {
            assertThat(text(proxy.exchange(REQUEST))).endsWith("\r\n\r\nok");
        }
    }

    @Test
    void upstream_thatIsNotThere_isNamed() throws Exception {
        int port;
        try (ServerSocket none = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = none.getLocalPort();
        }
        try (TestingProxy proxy = proxy("http://127.0.0.1:" + port, LONG, LONG)) {
            assertThat(text(proxy.exchange(REQUEST)))
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("\"code\":\"upstream_unreachable\"")
                    .contains("'main' refused the connection.");
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.UPSTREAM_FAILED);
        }
    }

    @Test
    void upstream_thatAcceptsNothing_isGivenUpByName() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
                Socket second = new Socket(full.getInetAddress(), full.getLocalPort());
                TestingProxy proxy = proxy("http://127.0.0.1:" + full.getLocalPort(), LONG, LONG)) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            assertThat(text(proxy.exchange(REQUEST)))
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .contains("\"code\":\"upstream_connect_timeout\"")
                    .contains("within 2s (proxy.connect-timeout)");
        }
    }

    /**
     * One connection is in use, and another cannot be made. When that is given up, a call that came later has not waited its time,
     * and is answered on the first.
     */
    @Test
    void call_thatWaitsBesideOneThatIsGivenUp_waitsItsOwnTime() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestingProxy proxy = proxy("http://127.0.0.1:" + full.getLocalPort(), LONG, LONG)) {
            CompletableFuture<String> busy = later(proxy);
            try (Socket kept = full.accept();
                    Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
                    Socket second = new Socket(full.getInetAddress(), full.getLocalPort())) {
                assertThat(first.isConnected() && second.isConnected()).isTrue();
                kept.setSoTimeout(15_000);
                assertThat(RawUpstream.head(kept.getInputStream())).startsWith("POST ");
                kept.getInputStream().skipNBytes(2);
                CompletableFuture<String> early = later(proxy);
                TimeUnit.SECONDS.sleep(1);
                CompletableFuture<String> late = later(proxy);
                assertThat(early.get(15, TimeUnit.SECONDS)).contains("upstream_connect_timeout");
                // Jetty fails one after the other all that wait: one that is sent at that moment would be failed with
                // them.
                TimeUnit.MILLISECONDS.sleep(300);
                assertThat(late).isNotDone();
                RawUpstream.write(kept.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbusy");
                assertThat(busy.get(15, TimeUnit.SECONDS)).endsWith("busy");
                assertThat(RawUpstream.head(kept.getInputStream())).startsWith("POST ");
                assertThat(kept.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'{', '}'});
                RawUpstream.write(kept.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                assertThat(late.get(15, TimeUnit.SECONDS)).endsWith("late");
            }
        }
    }

    private static CompletableFuture<String> later(TestingProxy proxy) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return text(proxy.exchange(REQUEST));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void upstream_thatHangsUp_isNamed() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> connection.close());
                TestingProxy proxy = proxy(upstream.url(), LONG, LONG)) {
            assertThat(text(proxy.exchange(REQUEST)))
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("\"code\":\"upstream_failed\"");
        }
    }

    @Test
    void upstream_thatSpeaksNoHttp_isNamed() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering("SSH-2.0-OpenSSH_9.2\r\n");
                TestingProxy proxy = proxy(upstream.url(), LONG, LONG)) {
            assertThat(text(proxy.exchange(REQUEST)))
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("\"code\":\"upstream_invalid_answer\"");
        }
    }

    /** What a caller does not read is not read from the upstream either. */
    @Test
    void caller_thatDoesNotRead_stopsTheUpstream() throws Exception {
        var sent = new AtomicLong();
        byte[] piece = new byte[64 << 10];
        int most = 512 << 20;
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    OutputStream out = connection.getOutputStream();
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + most + "\r\n\r\n");
                    while (sent.get() < most) {
                        out.write(piece);
                        sent.addAndGet(piece.length);
                    }
                });
                TestingProxy proxy = proxy(upstream.url(), LONG, LONG);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), REQUEST);
            long before = -1;
            while (before != sent.get() || before == 0) {
                before = sent.get();
                TimeUnit.MILLISECONDS.sleep(300);
            }
            assertThat(before).isLessThan(64 << 20);
            InputStream in = socket.getInputStream();
            assertThat(RawUpstream.head(in)).startsWith("HTTP/1.1 200 OK");
            in.skipNBytes(most);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** What an upstream does not take is not read from the caller. */
    @Test
    void upstream_thatDoesNotRead_stopsTheCaller() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestingProxy proxy = proxy("http://127.0.0.1:" + server.getLocalPort(), LONG, LONG);
                Socket socket = proxy.connect()) {
            var sent = new AtomicLong();
            Thread caller = new Thread(() -> {
                try {
                    OutputStream out = socket.getOutputStream();
                    RawUpstream.write(out, "POST /v1/files HTTP/1.1\r\nHost: p\r\nContent-Length: 1000000000\r\n\r\n");
                    byte[] piece = new byte[64 << 10];
                    while (true) {
                        out.write(piece);
                        sent.addAndGet(piece.length);
                    }
                } catch (IOException e) {
                    // The test has ended.
                }
            });
            caller.setDaemon(true);
            caller.start();
            try (Socket accepted = server.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                long before = -1;
                while (before != sent.get() || before == 0) {
                    before = sent.get();
                    TimeUnit.MILLISECONDS.sleep(300);
                }
                assertThat(before).isLessThan(64 << 20);
            }
        }
    }

    @Test
    void body_longerThanACopyMayBe_passesAndIsNotCopied() throws Exception {
        String longer = "x".repeat(2000);
        CaptureConfig usual = CaptureConfig.defaults();
        CaptureConfig small = new CaptureConfig(
                usual.sample(),
                1000,
                usual.maxDecodedBytes(),
                usual.queueBytes(),
                usual.bufferBytes(),
                usual.workers(),
                usual.partialAnswers(),
                usual.keepNotStored(),
                usual.tenantPromptsPerMinute(),
                usual.tenantQueueShare(),
                usual.duplicateWindow(),
                usual.feedbackWindow(),
                usual.feedbackBytes(),
                usual.deliveryTimeout(),
                usual.drainTimeout(),
                usual.headers(),
                usual.spool());
        try (RawUpstream upstream = RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + longer);
                TestingProxy proxy = new TestingProxy(TestingProxy.config(upstream), small)) {
            assertThat(text(proxy.exchange(REQUEST))).endsWith(longer);
            CapturedCall call = proxy.nextCall();
            assertThat(call.request().whole()).isTrue();
            assertThat(text(call.request().bytes())).isEqualTo("{}");
            assertThat(call.response().whole()).isFalse();
            assertThat(call.response().bytes()).isEmpty();
        }
    }

    @Test
    void copy_beyondTheBudget_isNotMade() {
        var budget = new ByteBudget(3000);
        var first = new BodyCopy(budget, 10_000);
        var second = new BodyCopy(budget, 10_000);
        first.add(java.nio.ByteBuffer.allocate(2000));
        second.add(java.nio.ByteBuffer.allocate(2000));
        assertThat(first.taken(null, null).whole()).isTrue();
        assertThat(second.taken(null, null).whole()).isFalse();
        assertThat(budget.used()).isEqualTo(2000);
        first.close();
        second.close();
        assertThat(budget.used()).isZero();
    }
}
