package io.stillstream.pipeline.command;

import io.stillstream.configuration.ConfigException;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that works on a data directory, and the configuration that they give. */
public final class DataOptions {

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Option(
            names = {"--data", "--data-dir"},
            paramLabel = "DIR",
            description = "The directory of the broker's log, checkpoints and snapshots (data-directory).")
    private @Nullable String dataDirectory;

    /**
     * The configuration: defaults, file, environment, {@code --set}, then the flags with names of their own.
     *
     * @param flags values by dotted name; null values are flags not given
     * @throws ConfigException also when the data directory is something else, a file for one, or may not be read
     */
    public StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        Map<String, @Nullable String> named = new HashMap<>(flags);
        named.put("data-directory", dataDirectory);
        StillstreamConfig config = configuration.load(defaults, named);
        Path directory = config.dataDirectory();
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(directory)) {
            throw new ConfigException(List.of("data-directory is '" + directory + "'; expected a directory"));
        }
        // To whoever may not enter it, nothing in it seems to be there.
        if (!Files.notExists(directory) && !(Files.isReadable(directory) && Files.isExecutable(directory))) {
            throw new ConfigException(List.of("data-directory is '" + directory + "', which this user may not read"));
        }
        return config;
    }

    /** Where the trainer of that configuration keeps checkpoints, snapshots and ledger. */
    public Path trainerDirectory() {
        return load(StillstreamConfig.defaults(), Map.of()).trainerDirectory();
    }
}
