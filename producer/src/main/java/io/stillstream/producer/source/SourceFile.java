package io.stillstream.producer.source;

import java.nio.file.Path;

/**
 * A file that traffic is read from.
 *
 * @param name in dead letters and generated ids: the file's, below the directory that was named
 */
public record SourceFile(String name, Path path) {

    /** The place of the file, whatever the working directory: what its position is stored under. */
    public Path place() {
        return path.toAbsolutePath().normalize();
    }
}
