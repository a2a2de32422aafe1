package io.stillstream.bench.fault.trainer.process;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The time of day of another process, set while it runs, through libfaketime. Its monotonic clock goes on, as it does when
 * an administrator or NTP sets a machine's clock.
 */
public final class SettableClock {

    /** Where Debian's package {@code faketime} and Fedora's {@code libfaketime} put it. */
    private static final String[] DIRECTORIES = {
        "/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime"
    };

    private static final String LIBRARY = "libfaketimeMT.so*";

    private final Path library;
    private final Path offset;

    private SettableClock(Path library, Path offset) {
        this.library = library;
        this.offset = offset;
    }

    /**
     * A clock that is right.
     *
     * @param offset the file that says how far it is off
     * @return empty where libfaketime is not installed
     */
    public static Optional<SettableClock> right(Path offset) {
        return library().map(library -> {
            var clock = new SettableClock(library, offset);
            clock.set(Duration.ZERO);
            return clock;
        });
    }

    private static Optional<Path> library() {
        for (String directory : DIRECTORIES) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(directory), LIBRARY)) {
                for (Path library : found) {
                    return Optional.of(library);
                }
            } catch (IOException e) {
                // Not there: the next.
            }
        }
        return Optional.empty();
    }

    /** What the process has to be started with. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                offset.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1");
    }

    /** Sets it so far ahead of the right time, or behind it; the process sees it within a second. */
    public void set(Duration ahead) {
        try {
            Path whole = offset.resolveSibling(offset.getFileName() + ".new");
            Files.writeString(whole, String.format(Locale.ROOT, "%+d%n", ahead.toSeconds()));
            Files.move(whole, offset, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new PipelineException("the clock cannot be set in " + offset + ": " + e, e);
        }
    }
}
