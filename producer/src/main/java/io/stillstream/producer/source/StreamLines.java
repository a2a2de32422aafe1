package io.stillstream.producer.source;

import com.github.luben.zstd.ZstdIOException;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.ProducerException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The lines of a stream of bytes from its start to its end, or to where its compressed form is damaged. */
final class StreamLines implements LineSource {

    private static final int CHUNK_BYTES = 64 << 10;

    private final String name;
    private final InputStream in;
    private final Splitter splitter;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private long left = Long.MAX_VALUE;
    private boolean ended;
    private @Nullable ReadPosition beforeDamage;

    StreamLines(String name, InputStream in, Splitter splitter) {
        this.name = name;
        this.in = in;
        this.splitter = splitter;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Polled poll(Duration patience) {
        while (!ended) {
            @Nullable Line line = splitter.next(chunk);
            if (line != null) {
                return line;
            }
            try {
                chunk.clear();
                int read = left == 0 ? -1 : in.read(chunk.array(), 0, (int) Math.min(CHUNK_BYTES, left));
                chunk.limit(Math.max(0, read));
                if (read < 0) {
                    return end();
                }
                left -= read;
            } catch (EOFException | ZipException | ZstdIOException e) {
                chunk.limit(0);
                ended = true;
                return damaged("it cannot be decompressed further: "
                        + (e.getMessage() == null ? "it ends too early" : e.getMessage()));
            } catch (IOException e) {
                throw new ProducerException("reading prompts from " + name + " failed: " + e, e);
            }
        }
        return new Polled.End();
    }

    @Override
    public Optional<ReadPosition> position() {
        return Optional.of(beforeDamage == null ? splitter.position() : beforeDamage);
    }

    @Override
    public boolean resume(ReadPosition position, Consumer<Line> passed) {
        left = position.offset();
        Polled polled = poll(Duration.ZERO);
        while (polled instanceof Line line) {
            passed.accept(line);
            polled = poll(Duration.ZERO);
        }
        boolean same = polled instanceof Polled.End && splitter.position().equals(position);
        left = Long.MAX_VALUE;
        ended = false;
        return same;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new ProducerException("could not close " + name, e);
        }
    }

    private Polled end() {
        ended = true;
        @Nullable String unfinished = left == 0 ? null : splitter.unfinished();
        if (unfinished != null) {
            return damaged(unfinished);
        }
        @Nullable Line rest = splitter.rest();
        return rest == null ? new Polled.End() : rest;
    }

    private Polled damaged(String what) {
        ReadPosition whole = splitter.position();
        // A file that is mended goes on from here.
        beforeDamage = whole;
        @Nullable Line rest = splitter.rest();
        Line line = rest == null ? new Line(whole.line() + 1, new byte[0], 0) : rest;
        return new Polled.Unusable(
                line,
                new Rejection(
                        RejectionCode.DAMAGED_FILE,
                        "after " + whole.line() + " whole lines (" + whole.offset() + " bytes of text) " + what),
                true);
    }
}
