package io.stillstream.bench.fault.producer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that numbered lines are appended to, in pieces that end anywhere, as a buffered logger writes. */
final class GrowingFile {

    private static final int PIECE_BYTES = 777;

    private final Path file;
    private int written;
    private int rotations;

    GrowingFile(Path file) throws IOException {
        this.file = Files.createFile(file);
    }

    int written() {
        return written;
    }

    int rotations() {
        return rotations;
    }

    /** Appends lines until there are so many. */
    void grow(int lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (; written < lines; written++) {
            text.append("{\"id\":\"")
                    .append(LineArrivals.id(written))
                    .append("\",\"prompt\":\"Tell me story ")
                    .append(written)
                    .append(".\",\"response\":\"Once upon a time.\"}\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
                out.write(bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
            }
        }
    }

    /** Gives the file another name and begins a new one, as logrotate does. */
    void rotate() throws IOException {
        rotations++;
        Files.move(file, file.resolveSibling(file.getFileName() + "-" + (10_000 + rotations)));
        Files.createFile(file);
    }
}
