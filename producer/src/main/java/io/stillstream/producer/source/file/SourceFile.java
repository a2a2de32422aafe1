package io.stillstream.producer.source.file;

import java.nio.file.Path;
import java.util.Set;

/**
 * A file that traffic is read from.
 *
 * @param name in dead letters and generated ids: the file's, below the directory that was named
 * @param rotated files that had its name before and belong to the traffic too: they are read before it
 */
public record SourceFile(String name, Path path, Set<Path> rotated) {

    public SourceFile {
        rotated = Set.copyOf(rotated);
    }

    /** Without rotated files. */
    public SourceFile(String name, Path path) {
        this(name, path, Set.of());
    }

    /** The place of the file, whatever the working directory: what its position is stored under. */
    public Path place() {
        return path.toAbsolutePath().normalize();
    }
}
