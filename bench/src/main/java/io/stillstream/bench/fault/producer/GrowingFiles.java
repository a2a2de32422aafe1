package io.stillstream.bench.fault.producer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that numbered lines are appended to in turn, in pieces that end anywhere, as buffered loggers write. The first file is
 * rotated to names with a date, the second to names with a number, and so on.
 */
final class GrowingFiles {

    private static final int PIECE_BYTES = 777;

    private final List<Path> files = new ArrayList<>();
    private final int[] rotated;
    private int written;
    private int rotations;
    private int truncations;

    GrowingFiles(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            files.add(Files.createFile(directory.resolve("traffic-" + i + ".jsonl")));
        }
        rotated = new int[count];
    }

    /** A pattern of the files, but not of rotated ones. */
    static Path pattern(Path directory) {
        return directory.resolve("traffic-*.jsonl");
    }

    int written() {
        return written;
    }

    int rotations() {
        return rotations;
    }

    int truncations() {
        return truncations;
    }

    /** Appends lines until there are so many in all files together. */
    void grow(int lines) throws IOException {
        for (int file = 0; file < files.size(); file++) {
            StringBuilder text = new StringBuilder();
            int first = written + Math.floorMod(file - written, files.size());
            for (int line = first; line < lines; line += files.size()) {
                text.append("{\"id\":\"")
                        .append(LineArrivals.id(line))
                        .append("\",\"prompt\":\"Tell me story ")
                        .append(line)
                        .append(".\",\"response\":\"Once upon a time.\"}\n");
            }
            append(files.get(file), text.toString().getBytes(StandardCharsets.UTF_8));
        }
        written = Math.max(written, lines);
    }

    private static void append(Path file, byte[] bytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
                out.write(bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
            }
        }
    }

    /** Gives the next file another name and begins a new one, as logrotate does. */
    void rotate() throws IOException {
        int index = rotations++ % files.size();
        Path file = files.get(index);
        int times = ++rotated[index];
        if (index % 2 == 0) {
            Files.move(file, named(file, "-" + (10_000 + times)));
        } else {
            for (int number = times - 1; number > 0; number--) {
                Files.move(named(file, "." + number), named(file, "." + (number + 1)));
            }
            Files.move(file, named(file, ".1"));
        }
        Files.createFile(file);
    }

    /** Empties the last file, as logrotate does with {@code copytruncate}. What nobody has read by then is gone. */
    void truncate() throws IOException {
        truncations++;
        Files.newOutputStream(files.get(files.size() - 1), StandardOpenOption.TRUNCATE_EXISTING)
                .close();
    }

    private static Path named(Path file, String end) {
        return file.resolveSibling(file.getFileName() + end);
    }
}
