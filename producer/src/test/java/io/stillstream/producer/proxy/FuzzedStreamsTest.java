package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.producer.capture.call.CapturedCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Streams of random bytes in random pieces, through connections that are kept: the sha256 of what the upstream sent, of what the
 * caller got, and of what was copied are one. {@code -Dstillstream.proxy.streams=10000} tries more than the usual.
 */
final class FuzzedStreamsTest {

    private static final int STREAMS = Integer.getInteger("stillstream.proxy.streams", 1000);
    private static final long SEED = Long.getLong("stillstream.proxy.seed", 20261128);
    private static final int PER_CONNECTION = 25;

    private static final String[] PIECES = {
        "data: ", "event: message\n", ": ping\n\n", "\n", "\r\n", "\r", "[DONE]",
                "{\"choices\":[{\"delta\":{\"content\":\"",
        "\u00e9", "\u20ac", "\ud83d\ude00", "\\u00e9", "\"}}]}", "\u0000", "0\r\n\r\n", "id: 1\nretry: 5\n"
    };

    /** What the upstream sends to the request with that number. */
    private record Stream(
            @SuppressWarnings("ArrayRecordComponent") byte[] body, long seed, boolean chunked) {

        static Stream of(int number) {
            var random = new Random(SEED + number);
            StringBuilder text = new StringBuilder();
            int pieces = random.nextInt(60);
            for (int i = 0; i < pieces; i++) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(20) == 0) {
                body = new byte[random.nextInt(200_000)];
                random.nextBytes(body);
            }
            return new Stream(body, random.nextLong(), random.nextInt(5) > 0);
        }

        void send(OutputStream out) throws IOException, InterruptedException {
            var random = new Random(seed);
            RawUpstream.write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length) + "\r\n\r\n");
            int most = body.length > 10_000 ? 30_000 : 40;
            for (int at = 0; at < body.length; ) {
                int length = Math.min(body.length - at, 1 + random.nextInt(most));
                if (chunked) {
                    RawUpstream.write(out, Integer.toHexString(length) + "\r\n");
                }
                // A letter, and a chunk's own frame, may be cut anywhere.
                int cut = random.nextInt(length + 1);
                out.write(body, at, cut);
                pause(random);
                out.write(body, at + cut, length - cut);
                if (chunked) {
                    RawUpstream.write(out, "\r\n");
                }
                pause(random);
                at += length;
            }
            if (chunked) {
                RawUpstream.write(out, "0\r\n\r\n");
            }
        }

        private static void pause(Random random) throws InterruptedException {
            if (random.nextInt(40) == 0) {
                TimeUnit.MICROSECONDS.sleep(random.nextInt(800));
            }
        }
    }

    @Test
    void streams_random_areTheSameOnBothSides() throws Exception {
        try (RawUpstream upstream = new RawUpstream((request, connection) ->
                        Stream.of(Integer.parseInt(request.text())).send(connection.getOutputStream()));
                TestingProxy proxy = TestingProxy.before(upstream)) {
            for (int first = 0; first < STREAMS; first += PER_CONNECTION) {
                try (Socket socket = proxy.connect()) {
                    for (int number = first; number < Math.min(STREAMS, first + PER_CONNECTION); number++) {
                        check(number, socket, proxy);
                    }
                }
            }
        }
    }

    private static void check(int number, Socket socket, TestingProxy proxy) throws Exception {
        String body = Integer.toString(number);
        RawUpstream.write(
                socket.getOutputStream(),
                "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body);
        InputStream in = socket.getInputStream();
        RawUpstream.Received answer = RawUpstream.read(in);
        CapturedCall call = proxy.nextCall();
        String sent = sha256(Stream.of(number).body());
        assertThat(sha256(answer.body()))
                .as("stream %s with seed %s", number, SEED)
                .isEqualTo(sent);
        assertThat(sha256(call.response().bytes()))
                .as("copy of stream %s", number)
                .isEqualTo(sent);
        assertThat(new String(call.request().bytes(), StandardCharsets.UTF_8)).isEqualTo(body);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
