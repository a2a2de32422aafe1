package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream until it ends. A read of standard input cannot be interrupted, so a daemon thread does the
 * reading and the producer can be stopped whatever the other end does.
 */
public final class InputLines implements LineSource {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int READ_AHEAD = 16;

    private final InputStream in;
    private final String name;
    private final LineAssembler assembler;
    private final BlockingQueue<Polled> lines = new ArrayBlockingQueue<>(READ_AHEAD);
    private final Thread reader;
    private volatile @Nullable IOException failure;
    private boolean ended;

    private InputLines(InputStream in, String name, int maxLineBytes) {
        this.in = in;
        this.name = name;
        assembler = new LineAssembler(maxLineBytes);
        reader = new Thread(this::read, "source-" + name);
        reader.setDaemon(true);
    }

    public static InputLines open(InputStream in, String name, int maxLineBytes) {
        var lines = new InputLines(in, name, maxLineBytes);
        lines.reader.start();
        return lines;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Polled poll(Duration patience) throws InterruptedException {
        if (ended) {
            return new Polled.End();
        }
        @Nullable Polled polled = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (polled == null) {
            return new Polled.Pending();
        }
        if (polled instanceof Polled.End) {
            ended = true;
            IOException cause = failure;
            if (cause != null) {
                throw new ProducerException("reading prompts from " + name + " failed: " + cause, cause);
            }
        }
        return polled;
    }

    /** Leaves the stream open: it belongs to the caller. */
    @Override
    public void close() {
        reader.interrupt();
    }

    private void read() {
        try {
            try {
                readToEnd();
            } catch (IOException e) {
                failure = e;
            }
            lines.put(new Polled.End());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readToEnd() throws IOException, InterruptedException {
        byte[] bytes = new byte[CHUNK_BYTES];
        int read;
        while ((read = in.read(bytes)) >= 0) {
            var chunk = ByteBuffer.wrap(bytes, 0, read);
            Line line;
            while ((line = assembler.next(chunk)) != null) {
                lines.put(line);
            }
        }
        Line rest = assembler.rest();
        if (rest != null) {
            lines.put(rest);
        }
    }
}
