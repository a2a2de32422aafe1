package io.stillstream.pipeline.command.rollout;

import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.control.RolloutController;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code stillstream rollout controller}. */
@Command(
        name = "controller",
        description = {
            "Carry the rollout out: obey commands, take a candidate from step to step, tell whom it concerns.",
            "Runs until Ctrl-C or SIGTERM. Another one that starts takes over, and this one ends with an error."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ControllerCommand implements Callable<Integer> {

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Override
    public Integer call() {
        StillstreamConfig config = options.config();
        Path snapshots =
                config.dataDirectory().resolve(config.trainer().dataDirectory()).resolve("snapshots");
        try (Interruption interruption = new Interruption()) {
            var controller = new RolloutController(
                    RolloutOptions.reach(config), config.topics(), config.rollout(), snapshots, Clock.systemUTC());
            interruption.onRequest(controller::stop);
            controller.run();
            return ExitCode.OK;
        }
    }
}
