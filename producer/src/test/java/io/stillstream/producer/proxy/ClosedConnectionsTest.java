package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.producer.capture.CaptureConfig;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that close a connection which they kept, as a call comes. */
final class ClosedConnectionsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String BUSY = "/busy/chat/completions";
    private static final String OK_HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    private static final String OK = OK_HEAD + "ok";

    /** Calls within which a kept connection is used again: it is kept only some time after its answer was passed on. */
    private static final int MOST_CALLS = 1_000;

    /** Answers the first request on each connection, and closes it when there is a second. */
    private static RawUpstream closingAtTheSecond() throws Exception {
        var used = new LinkedBlockingQueue<Socket>();
        return new RawUpstream((request, connection) -> {
            if (used.contains(connection)) {
                connection.close();
            } else {
                used.add(connection);
                RawUpstream.write(connection.getOutputStream(), request.head().startsWith("HEAD ") ? OK_HEAD : OK);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
    void safeCall_onAConnectionThatEnds_isSentAgain(String method) throws Exception {
        try (RawUpstream upstream = closingAtTheSecond();
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            int calls = 0;
            while (upstream.requests() == calls && calls < MOST_CALLS) {
                RawUpstream.write(socket.getOutputStream(), method + " /v1/models HTTP/1.1\r\nHost: p\r\n\r\n");
                assertThat(RawUpstream.head(socket.getInputStream())).startsWith("HTTP/1.1 200 OK\r\n");
                socket.getInputStream().readNBytes(method.equals("HEAD") ? 0 : 2);
                calls++;
            }
            assertThat(upstream.requests()).isEqualTo(calls + 1);
        }
    }

    @Test
    void safeCall_toAnUpstreamThatNeverAnswers_isSentTwiceAtMost() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> connection.close());
                TestingProxy proxy = TestingProxy.before(upstream)) {
            byte[] answer = proxy.exchange("GET /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
            assertThat(new String(answer, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 502 ");
            assertThat(upstream.requests()).isEqualTo(2);
        }
    }

    @Test
    void post_onAConnectionThatEnds_isNotSentTwice() throws Exception {
        try (RawUpstream upstream = closingAtTheSecond();
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            String answer = "HTTP/1.1 200 ";
            int calls = 0;
            while (answer.startsWith("HTTP/1.1 200 ") && calls < MOST_CALLS) {
                post(socket, CHAT);
                answer = RawUpstream.read(socket.getInputStream()).head();
                calls++;
            }
            assertThat(answer).startsWith("HTTP/1.1 502 ");
            assertThat(upstream.requests()).isEqualTo(calls);
        }
    }

    /** What the thread that watches the upstreams has not seen yet, because it is busy, is seen by the call that comes. */
    @Test
    void post_afterTheUpstreamHasClosed_goesToAnotherConnection() throws Exception {
        var used = new LinkedBlockingQueue<Socket>();
        var busy = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    used.add(connection);
                    // Long enough for another call to need a connection of its own.
                    Thread.sleep(100);
                    RawUpstream.write(connection.getOutputStream(), OK);
                });
                TestingProxy proxy = new TestingProxy(TestingProxy.config(upstream), CaptureConfig.defaults(), call -> {
                    if (call.path().equals(BUSY)) {
                        busy.countDown();
                        await(release);
                    }
                });
                Socket first = proxy.connect();
                Socket second = proxy.connect()) {
            post(first, CHAT);
            post(second, CHAT);
            Socket a = used.take();
            Socket b = used.take();
            assertThat(a).isNotSameAs(b);
            assertAnswered(first);
            assertAnswered(second);

            post(first, BUSY);
            Socket inUse = used.take();
            await(busy);
            Socket idle = inUse == a ? b : a;
            idle.close();
            post(second, CHAT);
            Thread.sleep(100);
            release.countDown();

            assertAnswered(second);
            assertThat(used.take()).isNotSameAs(idle);
        }
    }

    private static void assertAnswered(Socket socket) throws Exception {
        assertThat(RawUpstream.read(socket.getInputStream()).head()).startsWith("HTTP/1.1 200 ");
    }

    private static void post(Socket socket, String path) throws Exception {
        RawUpstream.write(
                socket.getOutputStream(), "POST " + path + " HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\n{}");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
