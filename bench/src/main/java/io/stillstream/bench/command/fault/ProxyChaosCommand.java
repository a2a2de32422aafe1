package io.stillstream.bench.command.fault;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.proxy.ProxyChaos;
import io.stillstream.bench.fault.proxy.ProxyChaosOptions;
import io.stillstream.bench.fault.proxy.ProxyChaosReport;
import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether callers of the proxy notice a broker that hangs, and whether each call is accounted for. */
@Command(
        name = "proxy-chaos",
        description = {
            "Hang the broker behind a proxy, and let callers go away.",
            "No caller may notice the first; each call must be captured once, or counted with the reason why it is not."
                    + " When a caller goes away, its upstream's connection must be closed within 100 ms."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:so it was", "1:not so, or an error", "2:wrong usage"})
public final class ProxyChaosCommand implements Callable<Integer> {

    @Option(
            names = "--rate",
            paramLabel = "NUMBER",
            defaultValue = "50",
            description = "Calls a second before, while and after the broker hangs (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--away",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long the broker hangs (default: ${DEFAULT-VALUE}).")
    private String away = "";

    @Option(
            names = "--exchanges",
            paramLabel = "COUNT",
            defaultValue = "10000",
            description = "Calls to count on the topic afterwards (default: ${DEFAULT-VALUE}).")
    private int exchanges;

    @Option(
            names = "--aborts",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "Callers that go away, half of them before the first byte (default: ${DEFAULT-VALUE}).")
    private int aborts;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the proxy and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "proxy-chaos");
        try (Interruption interruption = new Interruption()) {
            ProxyChaosReport report = new ProxyChaos(
                            new ProxyChaosOptions(rate, Durations.parse(away), exchanges, aborts, data),
                            interruption,
                            System.out)
                    .run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
