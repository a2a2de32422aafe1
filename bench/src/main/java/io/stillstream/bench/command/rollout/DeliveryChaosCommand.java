package io.stillstream.bench.command.rollout;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.rollout.DeliveryChaos;
import io.stillstream.bench.fault.rollout.DeliveryChaosReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a reader ever sees a partial snapshot when its delivery is killed. */
@Command(
        name = "delivery-chaos",
        description = {
            "Kill the delivery of snapshots and read what it delivers.",
            "A process that delivers snapshots to a cache in Hugging Face's layout is killed with SIGKILL, again and again; a"
                    + " reader compares every byte of the snapshot that the cache names with its manifest."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:every snapshot that was read was whole", "1:not so, or an error", "2:wrong usage"})
public final class DeliveryChaosCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "200",
            description = "Kills (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--weight-bytes",
            paramLabel = "BYTES",
            defaultValue = "1000000",
            description = "Of a snapshot (default: ${DEFAULT-VALUE}).")
    private int weightBytes;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the kills' moments (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the snapshots, the cache and the log (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "delivery-chaos");
        try (Interruption interruption = new Interruption()) {
            DeliveryChaosReport report =
                    new DeliveryChaos(kills, weightBytes, seed, data, interruption, System.out).run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
