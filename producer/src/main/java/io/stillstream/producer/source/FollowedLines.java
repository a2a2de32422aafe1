package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file that is being written, from its start on, without end. A line is complete when its line break is
 * written. When another file takes the name (rotation), the old one is read to its end and then the new one; when the file
 * shrinks (truncation), it is read from its start again. A file that is truncated and then written past the old position
 * between two polls looks like one that grew. Line numbers continue across files.
 */
public final class FollowedLines implements LineSource {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Path file;
    private final LineAssembler assembler;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private FileChannel channel;
    private @Nullable Object key;

    private FollowedLines(Path file, int maxLineBytes) {
        this.file = file;
        assembler = new LineAssembler(maxLineBytes);
        channel = FileLines.openChannel(file);
        key = key(file);
    }

    public static FollowedLines open(Path file, int maxLineBytes) {
        return new FollowedLines(file, maxLineBytes);
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public Polled poll(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (true) {
                @Nullable Line line = assembler.next(chunk);
                if (line == null && !fill()) {
                    line = startOver();
                    if (line == null && System.nanoTime() - deadline >= 0) {
                        return new Polled.Pending();
                    }
                    if (line == null) {
                        Thread.sleep(LOOK_AGAIN.toMillis());
                    }
                }
                if (line != null) {
                    return line;
                }
            }
        } catch (IOException e) {
            throw new ProducerException("reading prompts from " + file + " failed: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ProducerException("could not close " + file, e);
        }
    }

    private boolean fill() throws IOException {
        chunk.clear();
        int read = channel.read(chunk);
        chunk.flip();
        return read > 0;
    }

    /** Starts at the new beginning, if there is one, and returns what the old end had without a line break. */
    private @Nullable Line startOver() throws IOException {
        if (channel.size() < channel.position()) {
            channel.position(0);
            return assembler.rest();
        }
        @Nullable Object current = key(file);
        if (current == null || Objects.equals(current, key)) {
            return null;
        }
        // What was written between the last read and the rename is still only in the old file.
        if (fill()) {
            return assembler.next(chunk);
        }
        channel.close();
        channel = FileLines.openChannel(file);
        key = current;
        return assembler.rest();
    }

    /** The file's identity, which changes on rotation; null while there is no file, or where the system has no such key. */
    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new ProducerException("cannot follow " + file + ": " + e, e);
        }
    }
}
