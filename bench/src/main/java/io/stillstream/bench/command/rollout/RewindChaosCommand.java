package io.stillstream.bench.command.rollout;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.rewind.RewindChaos;
import io.stillstream.bench.fault.rewind.RewindChaosOptions;
import io.stillstream.bench.fault.rewind.RewindChaosReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a trainer that is killed while it is taken back ends as one that never saw what it had to forget. */
@Command(
        name = "rewind-chaos",
        description = {
            "Kill the trainer and the controller around orders that take training back.",
            "Each order has three SIGKILLs. Weights and optimizer have to be, byte for byte, those of a trainer that never saw what"
                    + " was quarantined, each order obeyed once, each command decided once."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:all of it is so", "1:not so, or an error", "2:wrong usage"})
public final class RewindChaosCommand implements Callable<Integer> {

    @Option(
            names = "--orders",
            paramLabel = "COUNT",
            defaultValue = "8",
            description = "Orders, with three kills each (default: ${DEFAULT-VALUE}).")
    private int orders;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the kills' moments and of the texts (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the trainers' files and the logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "rewind-chaos");
        try (Interruption interruption = new Interruption()) {
            RewindChaosReport report =
                    new RewindChaos(new RewindChaosOptions(orders, seed, data), interruption, System.out).run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
