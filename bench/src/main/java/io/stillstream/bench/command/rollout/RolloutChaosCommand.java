package io.stillstream.bench.command.rollout;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.rollout.RolloutChaos;
import io.stillstream.bench.fault.rollout.RolloutChaosOptions;
import io.stillstream.bench.fault.rollout.RolloutChaosReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a rollout whose controller is killed goes as one whose controller is not. */
@Command(
        name = "rollout-chaos",
        description = {
            "Kill the controller of a rollout and compare what it decided.",
            "A script of commands and observations is played with and without SIGKILLs of the controller; state and history"
                    + " have to be the same bytes."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:both are the same", "1:not so, or an error", "2:wrong usage"})
public final class RolloutChaosCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "50",
            description = "Kills (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--rounds",
            paramLabel = "ROUNDS",
            defaultValue = "12",
            description = "Candidates of the script (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the kills' moments (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the snapshots and the logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "rollout-chaos");
        try (Interruption interruption = new Interruption()) {
            RolloutChaosReport report = new RolloutChaos(
                            new RolloutChaosOptions(kills, rounds, seed, data), interruption, System.out)
                    .run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
