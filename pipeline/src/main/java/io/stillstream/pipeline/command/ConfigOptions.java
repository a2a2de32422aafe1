package io.stillstream.pipeline.command;

import io.stillstream.configuration.ConfigException;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a configuration comes from. */
public final class ConfigOptions {

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML configuration file.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set any configuration key: scorer.linger=100ms. Repeatable.")
    private List<String> settings = new ArrayList<>();

    /**
     * The configuration: defaults, file, environment, {@code --set}, then the flags with names of their own.
     *
     * @param flags values by dotted name; null values are flags not given
     */
    public StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        return load(defaults, Map.of(), flags);
    }

    /** The same, with settings of another file that {@code --set} still goes over. */
    public StillstreamConfig load(
            StillstreamConfig defaults, Map<String, String> underneath, Map<String, @Nullable String> flags) {
        Map<String, String> given = new HashMap<>(underneath);
        settings.forEach(setting -> put(setting, given));
        flags.forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        return new ConfigLoader(System.getenv()).load(defaults, config, given);
    }

    /** Here and not by picocli, whose message would repeat what was given, which may be a secret. */
    private static void put(String setting, Map<String, String> given) {
        int equals = setting.indexOf('=');
        if (equals < 0) {
            throw new ConfigException(List.of("a --set without '=', which is not shown;"
                    + " expected --set KEY=VALUE, as in --set scorer.linger=100ms"));
        }
        given.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
}
