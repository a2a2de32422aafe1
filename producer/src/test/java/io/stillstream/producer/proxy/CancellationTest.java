package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.producer.capture.call.CallEnd;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A caller that goes takes its call to the upstream with it. */
final class CancellationTest {

    /** Far above the milliseconds that it takes, and far below every timeout: what is held is that somebody looks. */
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final String REQUEST =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\n{}";

    private enum Closing {
        /** FIN: the socket is closed in order. */
        CLOSED,
        /** FIN of one side: nothing more is sent, and nobody says that the answer is not read. */
        OUTPUT_SHUT,
        /** RST: the process has died. */
        RESET;

        void apply(Socket socket) throws IOException {
            switch (this) {
                case CLOSED -> socket.close();
                case OUTPUT_SHUT -> socket.shutdownOutput();
                case RESET -> {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CLOSED", "OUTPUT_SHUT", "RESET"})
    void caller_goneBeforeTheFirstByte_closesTheUpstream(Closing closing) throws Exception {
        var reached = new CountDownLatch(1);
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    reached.countDown();
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), REQUEST);
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
            // The proxy waits now, as it would for a model that thinks.
            TimeUnit.MILLISECONDS.sleep(30);
            long gone = System.nanoTime();
            closing.apply(socket);
            assertThat(upstream.nextClosed() - gone).isLessThan(SOON_NANOS);
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.CALLER_GONE);
        }
    }

    @ParameterizedTest
    @CsvSource({"CLOSED", "OUTPUT_SHUT", "RESET"})
    void caller_goneBetweenPieces_closesTheUpstream(Closing closing) throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> RawUpstream.write(
                        connection.getOutputStream(),
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(socket.getOutputStream(), REQUEST);
            assertThat(RawUpstream.head(socket.getInputStream())).startsWith("HTTP/1.1 200 OK");
            assertThat(socket.getInputStream().readNBytes(4)).endsWith('a');
            long gone = System.nanoTime();
            closing.apply(socket);
            assertThat(upstream.nextClosed() - gone).isLessThan(SOON_NANOS);
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.CALLER_GONE);
        }
    }

    @Test
    void caller_goneWithinItsRequest_closesTheUpstream() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering("");
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            RawUpstream.write(
                    socket.getOutputStream(),
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 100\r\n\r\n{\"mess");
            await("the upstream is connected to")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> upstream.connections() > 0);
            TimeUnit.MILLISECONDS.sleep(30);
            socket.close();
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.CALLER_GONE);
            assertThat(upstream.nextUnfinished()).contains("{\"mess");
        }
    }

    /** The last byte went out: what the caller does then is no abort. */
    @Test
    void caller_goneAfterTheLastByte_isAWholeCall() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                TestingProxy proxy = TestingProxy.before(upstream)) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = proxy.connect()) {
                    RawUpstream.write(socket.getOutputStream(), REQUEST);
                    assertThat(RawUpstream.read(socket.getInputStream()).text()).isEqualTo("ok");
                }
                assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.COMPLETE);
            }
        }
    }

    /** A connection that was watched serves on. */
    @Test
    void caller_thatWaitsForEachAnswer_keepsItsConnection() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) -> {
                    TimeUnit.MILLISECONDS.sleep(3);
                    RawUpstream.write(connection.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                TestingProxy proxy = TestingProxy.before(upstream);
                Socket socket = proxy.connect()) {
            for (int i = 0; i < 50; i++) {
                RawUpstream.write(socket.getOutputStream(), REQUEST);
                assertThat(RawUpstream.read(socket.getInputStream()).text()).isEqualTo("ok");
            }
            assertThat(upstream.connections()).isLessThanOrEqualTo(2);
        }
    }
}
