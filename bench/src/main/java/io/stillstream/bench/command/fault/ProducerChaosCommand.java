package io.stillstream.bench.command.fault;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.producer.ProducerChaos;
import io.stillstream.bench.fault.producer.ProducerChaosOptions;
import io.stillstream.bench.fault.producer.ProducerChaosReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether each line of growing files is sent exactly once, in order, when its producer is killed. */
@Command(
        name = "producer-chaos",
        description = {
            "Kill a producer and count what is lost or sent twice.",
            "A producer that follows growing files is killed with SIGKILL, again and again; a read_committed reader"
                    + " counts what is lost, sent twice or out of order."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:each line arrived once, in order", "1:not so, or an error", "2:wrong usage"})
public final class ProducerChaosCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "50",
            description = "Kills (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--lines",
            paramLabel = "LINES",
            defaultValue = "20000",
            description = "Lines (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Option(
            names = "--files",
            paramLabel = "FILES",
            defaultValue = "1",
            description = "Files that grow, which the producer follows by a pattern (default: ${DEFAULT-VALUE}).")
    private int files;

    @Option(
            names = "--rotate-every",
            paramLabel = "KILLS",
            defaultValue = "0",
            description = "Rotate the next file, as logrotate does, with every so many kills (default: never).")
    private int rotateEvery;

    @Option(
            names = "--truncate-every",
            paramLabel = "KILLS",
            defaultValue = "0",
            description = "Empty the last file, once it was read, with every so many kills (default: never).")
    private int truncateEvery;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the kills' moments (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the files and the log (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (files < 1) {
            throw new ParameterException(spec.commandLine(), "--files is " + files + "; expected at least 1");
        }
        Path data = RunDirectory.announced(directory, "producer-chaos");
        var options = new ProducerChaosOptions(kills, lines, files, rotateEvery, truncateEvery, seed, data);
        try (Interruption interruption = new Interruption()) {
            ProducerChaosReport report = new ProducerChaos(options, interruption, System.out).run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
