package io.stillstream.pipeline.command;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The configuration that is in effect. */
@Command(
        name = "config",
        description = {
            "Print the effective configuration: defaults, the file, the environment and flags put together.",
            "The output is a configuration file that --config reads. Secrets are masked; a file with masked secrets is"
                    + " refused until they are filled in or set in the environment.",
            "docs/configuration.md explains every key."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ConfigCommand implements Callable<Integer> {

    @Option(names = "--changed", description = "Print only the settings that differ from the defaults.")
    private boolean changed;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        StillstreamConfig defaults = StillstreamConfig.defaults();
        StillstreamConfig config = common.load(defaults, Map.of());
        PrintWriter err = EscapedWriter.errors(spec.commandLine().getErr());
        config.kafka().doubts().forEach(doubt -> err.println("stillstream: " + doubt));
        err.flush();
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        out.print(changed ? EffectiveSettings.changes(config, defaults) : EffectiveSettings.yaml(config));
        out.flush();
        return 0;
    }
}
