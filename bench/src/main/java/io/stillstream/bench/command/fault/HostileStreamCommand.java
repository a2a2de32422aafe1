package io.stillstream.bench.command.fault;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.hostile.HostileStream;
import io.stillstream.bench.fault.hostile.HostileStreamOptions;
import io.stillstream.bench.fault.hostile.HostileStreamReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether hostile records stop a stage, or make one that is right get lost. */
@Command(
        name = "hostile-stream",
        description = {
            "Send hostile records among prompts, and find each again.",
            "Records of many kinds that no producer of ours would write go through a scorer and a trainer. Each must become one"
                    + " dead letter, or be harmless; each prompt that is right must be scored and trained on once; no stage may"
                    + " end."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:so it was", "1:not so, or an error", "2:wrong usage"})
public final class HostileStreamCommand implements Callable<Integer> {

    @Option(
            names = "--records",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "All records (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--hostile",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "The share of them that is hostile (default: ${DEFAULT-VALUE}).")
    private double share;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the prompts and of what is hostile (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the stages and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "hostile-stream");
        var options = new HostileStreamOptions(records, share, seed, data);
        try (Interruption interruption = new Interruption()) {
            HostileStreamReport report = new HostileStream(options, interruption, System.out).run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
