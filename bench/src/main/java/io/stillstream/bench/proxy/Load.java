package io.stillstream.bench.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/** Callers with connections that they keep, against whatever listens on a port. */
final class Load {

    private static final String BODY =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "y".repeat(500) + "\"}]}";

    private static final int BEFORE_THE_TIME = "data: ".length();

    private final int port;

    Load(int port) {
        this.port = port;
    }

    /**
     * Calls at a steady rate, whatever the answers take.
     *
     * @return how long each took, in nanoseconds, from the time at which it was due
     */
    long[] atRate(int perSecond, int connections, Duration time) {
        var delays = new ConcurrentLinkedQueue<Long>();
        long between = TimeUnit.SECONDS.toNanos(1) * connections / perSecond;
        long began = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        long end = began + time.toNanos();
        all(connections, caller -> () -> {
            try (Caller connection = new Caller()) {
                connection.call();
                for (long due = began + between * caller / connections; due < end; due += between) {
                    // A late call is measured from when it was due, so that a stall counts for all whom it delays.
                    long wait = due - System.nanoTime();
                    if (wait > 0) {
                        TimeUnit.NANOSECONDS.sleep(wait);
                    }
                    long sent = wait > 0 ? System.nanoTime() : due;
                    connection.call();
                    delays.add(System.nanoTime() - sent);
                }
            }
        });
        return sorted(delays);
    }

    /** How many calls a second there are, when each connection calls again as soon as it has its answer. */
    double saturated(int connections, Duration time) {
        var calls = new AtomicLong();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        all(connections, caller -> () -> {
            try (Caller connection = new Caller()) {
                while (System.nanoTime() < end) {
                    connection.call();
                    calls.incrementAndGet();
                }
            }
        });
        return calls.get() * 1e9 / (System.nanoTime() - began);
    }

    /** The delays, in nanoseconds, from when the upstream sent each piece of each stream to when its caller had it. */
    long[] streams(int streams, int pieces) {
        var delays = new ConcurrentLinkedQueue<Long>();
        all(streams, caller -> () -> {
            try (Caller connection = new Caller()) {
                connection.stream(pieces, delays);
            }
        });
        return sorted(delays);
    }

    private static long[] sorted(ConcurrentLinkedQueue<Long> delays) {
        return delays.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static void all(int count, IntFunction<BenchThreads.Work> work) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(BenchThreads.start("caller", work.apply(i)));
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One caller's connection. */
    private final class Caller implements AutoCloseable {

        private final Socket socket;
        private final OutputStream out;
        private final HttpMessages answers;
        private final byte[] request = HttpMessages.bytes("POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY);

        Caller() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            answers = new HttpMessages(socket.getInputStream());
        }

        void call() throws IOException {
            out.write(request);
            require(answers.read((bytes, from, length) -> {}));
        }

        void stream(int pieces, ConcurrentLinkedQueue<Long> delays) throws IOException {
            out.write(HttpMessages.bytes("POST " + FakeUpstream.STREAMED + pieces
                    + " HTTP/1.1\r\nHost: bench\r\nContent-Length: 2\r\n\r\n{}"));
            require(answers.read((bytes, from, length) -> {
                long now = System.nanoTime();
                long sent = sentAt(bytes, from, from + length);
                if (sent >= 0) {
                    delays.add(now - sent);
                }
            }));
        }

        /** -1 where the reading's end cut the piece. */
        private static long sentAt(byte[] bytes, int from, int end) {
            long time = 0;
            for (int i = from + BEFORE_THE_TIME; i < end; i++) {
                if (bytes[i] == '\n') {
                    return time;
                }
                time = time * 10 + bytes[i] - '0';
            }
            return -1;
        }

        private static void require(String line) throws IOException {
            if (!line.startsWith("HTTP/1.1 200")) {
                throw new IOException("expected 200, but the answer was '" + line + "'");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
