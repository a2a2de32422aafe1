package io.stillstream.bench.command.rollout;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.rollback.Rollback;
import io.stillstream.bench.fault.rollback.RollbackOptions;
import io.stillstream.bench.fault.rollback.RollbackReport;
import io.stillstream.pipeline.demo.BundledModels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How soon a candidate is gone, and what callers notice of it. */
@Command(
        name = "rollback",
        description = {
            "Take snapshots into production and back while calls go through the proxy.",
            "Two servers of the student run in processes of their own. Counted are failed calls, calls that another arm than their"
                    + " conversation's answered, and how long a candidate still answers once it was taken back."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:every goal was reached", "1:not so, or an error", "2:wrong usage"})
public final class RollbackCommand implements Callable<Integer> {

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "What the snapshots are copies of (default: the demo's student).")
    private @Nullable Path student;

    @Option(
            names = "--rate",
            paramLabel = "CALLS",
            defaultValue = "50",
            description = "Calls a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--conversations",
            paramLabel = "COUNT",
            defaultValue = "500",
            description = "How many they are of (default: ${DEFAULT-VALUE}).")
    private int conversations;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Of each share (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the snapshots and the logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.of(directory, "rollback");
        System.out.println("Data and logs are in " + data + ".");
        Path copied = student != null
                ? student
                : BundledModels.unpack(data.resolve("models")).student();
        RollbackReport report = new Rollback(
                        new RollbackOptions(copied, rate, conversations, Duration.ofSeconds(seconds), data), System.out)
                .run();
        report.print(System.out);
        return report.clean() ? 0 : 1;
    }
}
