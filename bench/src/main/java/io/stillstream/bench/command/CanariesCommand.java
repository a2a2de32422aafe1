package io.stillstream.bench.command;

import io.stillstream.bench.fault.ReportLine;
import io.stillstream.bench.redaction.Canaries;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a private value is written anywhere. */
@Command(
        name = "canaries",
        description = {
            "Send private values through files and through the proxy, and look for them in everything that was written.",
            "A part of the calls comes while the broker hangs, and waits in the spool. Looked through, as it stands and with"
                    + " JSON's escapes undone: the records of prompts and dead letters, the broker's files, data"
                    + " directories, the spool, logs and /metrics."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:no value was found", "1:some were, or an error", "2:wrong usage"})
public final class CanariesCommand implements Callable<Integer> {

    @Option(
            names = "--values",
            paramLabel = "COUNT",
            defaultValue = "5000",
            description = "Values to plant (default: ${DEFAULT-VALUE}).")
    private int values;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of values and chats (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the stages and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.of(directory, "canaries");
        System.out.println("Data and logs are in " + data + ".");
        Canaries.Report report = new Canaries(values, seed, data).run(System.err::println);
        ReportLine.print(System.out, "prompts, dead letters", "%,d, %,d", report.prompts(), report.deadLetters());
        for (Canaries.Place place : report.places()) {
            ReportLine.print(
                    System.out,
                    place.name(),
                    "%,d of %,d lines of values in %,d bytes%s",
                    place.found(),
                    report.planted(),
                    place.bytes(),
                    place.found() == 0 || place.name().equals(Canaries.CONTROL) ? "" : ", as " + place.examples());
        }
        return report.clean() ? 0 : 1;
    }
}
