package io.stillstream.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory for what is read from files; one a process. */
final class Scratch {

    /** Where Linux keeps files in memory: thousands are written a second. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final Path DIRECTORY = create();

    private Scratch() {}

    private static Path create() {
        try {
            Path directory = Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "stillstream-fuzz")
                    : Files.createTempDirectory("stillstream-fuzz");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of that name with these bytes, in the place of any that was there. */
    static Path file(String name, byte[] bytes) {
        try {
            Path file = DIRECTORY.resolve(name);
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
