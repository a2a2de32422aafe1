package io.stillstream.pipeline.command;

import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a configuration comes from. */
final class ConfigOptions {

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML configuration file.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set any configuration key: scorer.linger=100ms. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /**
     * The configuration: defaults, file, environment, {@code --set}, then the flags with names of their own.
     *
     * @param flags values by dotted name; null values are flags not given
     */
    StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        return load(defaults, Map.of(), flags);
    }

    /** The same, with settings of another file that {@code --set} still goes over. */
    StillstreamConfig load(
            StillstreamConfig defaults, Map<String, String> underneath, Map<String, @Nullable String> flags) {
        Map<String, String> given = new HashMap<>(underneath);
        given.putAll(settings);
        flags.forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        return new ConfigLoader(System.getenv()).load(defaults, config, given);
    }
}
