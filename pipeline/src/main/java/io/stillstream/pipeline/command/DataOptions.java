package io.stillstream.pipeline.command;

import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Path;
import java.util.HashMap;
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
     */
    public StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        Map<String, @Nullable String> named = new HashMap<>(flags);
        named.put("data-directory", dataDirectory);
        return configuration.load(defaults, named);
    }

    /** Where the trainer of that configuration keeps checkpoints, snapshots and ledger. */
    public Path trainerDirectory() {
        return load(StillstreamConfig.defaults(), Map.of()).trainerDirectory();
    }
}
