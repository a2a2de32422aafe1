package io.stillstream.pipeline.command;

import io.stillstream.pipeline.config.StillstreamConfig;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that runs a stage. */
public final class CommonOptions {

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "The port of /metrics and /health; 0 picks a free one (monitoring.port).")
    private @Nullable String metricsPort;

    /** The configuration, as {@link DataOptions#load} has it. */
    public StillstreamConfig load(StillstreamConfig defaults, Map<String, @Nullable String> flags) {
        Map<String, @Nullable String> named = new HashMap<>(flags);
        named.put("monitoring.port", metricsPort);
        return data.load(defaults, named);
    }
}
