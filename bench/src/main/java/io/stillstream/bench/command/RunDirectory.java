package io.stillstream.bench.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a run keeps its data and its logs. */
public final class RunDirectory {

    private RunDirectory() {}

    /**
     * @param given null for a new temporary one
     * @param command its name, which a temporary one carries
     */
    public static Path of(@Nullable Path given, String command) throws IOException {
        return given != null ? given : Files.createTempDirectory("stillstream-" + command + "-");
    }

    /** The same, and says where it is and how a run is ended that takes long. */
    public static Path announced(@Nullable Path given, String command) throws IOException {
        Path directory = of(given, command);
        System.out.println("Data and logs are in " + directory + "; Ctrl-C ends it early.");
        return directory;
    }
}
