package io.stillstream.bench.fault.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Callers that close their connection before their answer has ended, half of them before it has begun. */
final class LeavingCallers {

    private static final Duration ASKED_WITHIN = Duration.ofSeconds(30);
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(1);

    private final int port;
    private final RawUpstream upstream;

    LeavingCallers(int port, RawUpstream upstream) {
        this.port = port;
        this.upstream = upstream;
    }

    /** How long after each caller had gone the upstream's connection was closed, in milliseconds; infinite where it never was. */
    List<Double> leave(int count) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = (i % 2 == 0 ? "silent-" : "endless-") + i;
            long gone;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                byte[] body = CallLoad.body(name, true).getBytes(StandardCharsets.UTF_8);
                String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                if (i % 2 == 0) {
                    awaitAsked(name);
                } else if (socket.getInputStream().read() < 0) {
                    throw new IOException("the proxy closed the connection of " + name);
                }
                // Half of them with a reset, as a process that dies leaves it.
                if (i % 4 < 2) {
                    socket.setSoLinger(true, 0);
                }
                gone = System.nanoTime();
            }
            millis.add(awaitClosed(name, gone));
        }
        return millis;
    }

    private void awaitAsked(String name) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ASKED_WITHIN.toNanos();
        while (!upstream.wasAsked(name)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the upstream was never asked for " + name);
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    private double awaitClosed(String name, long gone) throws InterruptedException {
        long deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            Long at = upstream.closedAt(name);
            if (at != null) {
                return (at - gone) / 1e6;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return Double.POSITIVE_INFINITY;
    }
}
