package io.stillstream.producer.source;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream until it ends. A read of standard input or a pipe cannot be interrupted, so a daemon thread does the
 * reading and the producer can be stopped whatever the other end does.
 */
final class InputLines implements LineSource {

    private static final int READ_AHEAD = 16;

    private final String name;
    private final Opening opening;
    private final BlockingQueue<Polled> lines = new ArrayBlockingQueue<>(READ_AHEAD);
    private final Thread reader;
    private volatile @Nullable Exception failure;
    private boolean ended;

    /** Opens the stream, which may wait for its first bytes. */
    interface Opening {
        LineSource open() throws IOException;
    }

    private InputLines(String name, Opening opening) {
        this.name = name;
        this.opening = opening;
        reader = DaemonThreads.named("source-" + name).newThread(this::read);
    }

    static InputLines open(String name, Opening opening) {
        var lines = new InputLines(name, opening);
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
            Exception cause = failure;
            if (cause instanceof ProducerException said) {
                throw said;
            }
            if (cause != null) {
                throw new ProducerException("reading prompts from " + name + " failed: " + cause, cause);
            }
        }
        return polled;
    }

    @Override
    public Optional<ReadPosition> position() {
        return Optional.empty();
    }

    @Override
    public boolean resume(ReadPosition position, Consumer<Line> passed) {
        return false;
    }

    /** Soon: the reader closes what it reads when a read returns. */
    @Override
    public void close() {
        reader.interrupt();
    }

    private void read() {
        try {
            try {
                readToEnd();
            } catch (IOException | ProducerException e) {
                failure = e;
            }
            lines.put(new Polled.End());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readToEnd() throws IOException, InterruptedException {
        try (LineSource source = opening.open()) {
            Polled polled = source.poll(Duration.ZERO);
            while (!(polled instanceof Polled.End)) {
                lines.put(polled);
                polled = source.poll(Duration.ZERO);
            }
        }
    }
}
