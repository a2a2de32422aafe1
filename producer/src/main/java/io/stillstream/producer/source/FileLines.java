package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The lines of a file from its start to its end. */
public final class FileLines implements LineSource {

    private static final int CHUNK_BYTES = 64 << 10;

    private final Path file;
    private final FileChannel channel;
    private final LineAssembler assembler;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);

    private FileLines(Path file, FileChannel channel, int maxLineBytes) {
        this.file = file;
        this.channel = channel;
        assembler = new LineAssembler(maxLineBytes);
    }

    public static FileLines open(Path file, int maxLineBytes) {
        return new FileLines(file, openChannel(file), maxLineBytes);
    }

    static FileChannel openChannel(Path file) {
        if (Files.isDirectory(file)) {
            throw new ProducerException(file + " is a directory; expected a file of JSON lines");
        }
        if (!Files.exists(file)) {
            throw new ProducerException("there is no file " + file + " to read prompts from; check the path");
        }
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new ProducerException("cannot read prompts from " + file + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public Polled poll(Duration patience) {
        try {
            while (true) {
                Line line = assembler.next(chunk);
                if (line != null) {
                    return line;
                }
                chunk.clear();
                int read = channel.read(chunk);
                chunk.flip();
                if (read < 0) {
                    @Nullable Line rest = assembler.rest();
                    return rest == null ? new Polled.End() : rest;
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
}
