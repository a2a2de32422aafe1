package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import io.stillstream.producer.source.file.SourceFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines of a file that is being written, from its start on, without end. A line is complete when its line break is
 * written. When another file takes the name (rotation), the old one is read to its end and then the new one; when the file
 * shrinks (truncation), it is read from its start again. A file that is truncated and then written past the old position
 * between two polls looks like one that grew, until the next start compares its bytes. Line numbers continue across files.
 */
final class FollowedLines implements LineSource {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private static final Logger LOG = LoggerFactory.getLogger(FollowedLines.class);

    private final String name;
    private final Path file;
    private final LineBreaks lines;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private FileChannel channel;
    private @Nullable Object key;

    private record Opened(FileChannel channel, @Nullable Object key) {}

    private FollowedLines(SourceFile file, LineBreaks lines) {
        this.name = file.name();
        this.file = file.path();
        this.lines = lines;
        Opened opened = open(file.path());
        channel = opened.channel();
        key = opened.key();
    }

    static FollowedLines open(SourceFile file, char lineBreak, int maxLineBytes, long linesBefore) {
        return new FollowedLines(file, new LineBreaks(lineBreak, maxLineBytes, linesBefore));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Polled poll(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (true) {
                @Nullable Line line = lines.next(chunk);
                if (line == null && !fill()) {
                    line = startOver();
                    if (line == null && fill()) {
                        // What there is of a new beginning: after Pending nothing is left to be read.
                        continue;
                    }
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
    public Optional<ReadPosition> position() {
        return Optional.of(lines.position());
    }

    @Override
    public Optional<Line> rest() {
        return Optional.ofNullable(lines.rest());
    }

    @Override
    public boolean resume(ReadPosition position, Consumer<Line> passed) {
        try {
            long left = position.offset();
            while (true) {
                @Nullable Line line = lines.next(chunk);
                if (line != null) {
                    passed.accept(line);
                } else if (left == 0) {
                    break;
                } else {
                    chunk.clear().limit((int) Math.min(CHUNK_BYTES, left));
                    int read = channel.read(chunk);
                    chunk.flip();
                    if (read <= 0) {
                        return false;
                    }
                    left -= read;
                }
            }
        } catch (IOException e) {
            throw new ProducerException("reading prompts from " + file + " failed: " + e, e);
        }
        // A last line without a line break was complete when the file was read to its end.
        @Nullable Line rest = lines.rest();
        if (rest != null) {
            passed.accept(rest);
        }
        return lines.position().equals(position);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ProducerException("could not close " + file, e);
        }
    }

    /** A rotation in between could give the channel of one file and the key of another. */
    private static Opened open(Path file) {
        try {
            while (true) {
                @Nullable Object before = key(file);
                FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
                if (Objects.equals(before, key(file))) {
                    return new Opened(opened, before);
                }
                opened.close();
            }
        } catch (IOException e) {
            throw new ProducerException("cannot read prompts from " + file + ": " + e, e);
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
            LOG.warn(
                    "{} was truncated from {} to {} bytes after line {}: it is read from its start again",
                    file,
                    channel.position(),
                    channel.size(),
                    lines.number());
            channel.position(0);
            return lines.startOver();
        }
        @Nullable Object current = key(file);
        if (current == null || Objects.equals(current, key)) {
            return null;
        }
        // What was written between the last read and the rename is still only in the old file.
        if (fill()) {
            return lines.next(chunk);
        }
        LOG.info("another file has the name {}: it is read now, after {} lines", file, lines.number());
        channel.close();
        Opened opened = open(file);
        channel = opened.channel();
        key = opened.key();
        return lines.startOver();
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
