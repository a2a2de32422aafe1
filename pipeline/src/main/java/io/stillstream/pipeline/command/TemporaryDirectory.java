package io.stillstream.pipeline.command;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A directory that is deleted when it is closed.
 *
 * @param path where it is
 */
public record TemporaryDirectory(Path path) implements AutoCloseable {

    private static final Set<TemporaryDirectory> OPEN = ConcurrentHashMap.newKeySet();

    public static TemporaryDirectory create(String prefix) {
        try {
            var directory = new TemporaryDirectory(Files.createTempDirectory(prefix));
            OPEN.add(directory);
            return directory;
        } catch (IOException e) {
            throw new PipelineException("no temporary directory can be created: " + e, e);
        }
    }

    /** Deletes all open ones, for a process that ends without closing them. */
    public static void closeAll() {
        OPEN.forEach(TemporaryDirectory::close);
    }

    @Override
    public void close() {
        OPEN.remove(this);
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new PipelineException("the temporary directory " + path + " cannot be deleted: " + e, e);
        }
    }
}
