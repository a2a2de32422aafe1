package io.stillstream.pipeline.command.rollout;

import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.delivery.DeliveryTarget;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code stillstream rollout controller}. */
@Command(
        name = "controller",
        description = {
            "Carry the rollout out: obey commands, take a candidate from step to step, tell whom it concerns.",
            "Runs until Ctrl-C or SIGTERM. Another one that starts takes over, and this one ends with an error.",
            "Where --data names the trainer's directory, the alias of the champion is moved there."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ControllerCommand implements Callable<Integer> {

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Override
    public Integer call() {
        StillstreamConfig config = options.config();
        Clock clock = Clock.systemUTC();
        Path trainer = config.dataDirectory().resolve(config.trainer().dataDirectory());
        // A controller may well run where no trainer does.
        List<DeliveryTarget> alias = Files.isDirectory(DataDirectory.aliases(trainer))
                ? List.of(new ChampionAlias(new SnapshotStore(trainer, clock)))
                : List.of();
        try (Interruption interruption = new Interruption()) {
            var controller = new RolloutController(
                    RolloutOptions.reach(config),
                    config.topics(),
                    config.rollout(),
                    DataDirectory.snapshots(trainer),
                    alias,
                    clock);
            interruption.onRequest(controller::stop);
            controller.run();
            return ExitCode.OK;
        }
    }
}
