package io.stillstream.pipeline.command;

import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options of every command that runs a stage, and the configuration they make with file and environment. */
final class CommonOptions {

    private static final Logger LOG = LoggerFactory.getLogger(CommonOptions.class);

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML configuration file.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "SECTION.KEY=VALUE",
            description = "Any setting of the configuration file, as scorer.linger=100ms. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where broker log, buffers and snapshots are kept (data-directory).")
    private @Nullable String dataDirectory;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Of /metrics and /health on the loopback address; 0 for a free one (monitoring.port).")
    private @Nullable String metricsPort;

    /**
     * The configuration: defaults, file, environment, {@code --set}, then the flags with names of their own.
     *
     * @param flags values by dotted name; null values are flags not given
     */
    StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        Map<String, String> given = new HashMap<>(settings);
        Map<String, @Nullable String> named = new HashMap<>(flags);
        named.put("data-directory", dataDirectory);
        named.put("monitoring.port", metricsPort);
        named.forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        return new ConfigLoader(System.getenv()).load(defaults, config, given);
    }

    /** Writes what is in effect to the log, secrets masked. */
    static void log(StillstreamConfig effective) {
        LOG.info("configuration:\n  {}", String.join("\n  ", ConfigLoader.describe(effective)));
    }
}
