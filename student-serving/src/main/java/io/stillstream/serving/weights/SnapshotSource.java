package io.stillstream.serving.weights;

import java.nio.file.Path;
import java.util.Optional;

/** Says which snapshot is to be served. For one thread. */
public interface SnapshotSource extends AutoCloseable {

    /** The directory; empty while there is none. */
    Optional<Path> wanted();

    /** What it is, for messages. */
    String describe();

    /** A directory that stays the one. */
    static SnapshotSource fixed(Path directory) {
        return new SnapshotSource() {
            @Override
            public Optional<Path> wanted() {
                return Optional.of(directory);
            }

            @Override
            public String describe() {
                return "the student in " + directory;
            }
        };
    }

    @Override
    default void close() {}
}
