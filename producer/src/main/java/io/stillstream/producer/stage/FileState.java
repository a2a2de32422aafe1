package io.stillstream.producer.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a name on disk looks like from outside: while that stays the same, nothing was written to its file and no other file has
 * its name.
 *
 * @param key the file's identity; null where the system has none, and where there is no file
 * @param size in bytes; negative where there is no file
 */
record FileState(@Nullable Object key, long size, FileTime modified) {

    private static final FileState GONE = new FileState(null, -1, FileTime.fromMillis(0));

    static FileState of(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileState(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
        } catch (IOException e) {
            // What cannot be looked at cannot be read either; it is another state once it can.
            return GONE;
        }
    }

    boolean isThere() {
        return size >= 0;
    }

    /** Whether it was last written so long ago, by the clock of whoever wrote it. */
    boolean isUnwrittenFor(Duration time) {
        return isThere() && !modified.toInstant().plus(time).isAfter(Instant.now());
    }
}
