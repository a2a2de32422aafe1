package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.bench.proxy.ProxyBench;
import io.stillstream.bench.proxy.ProxyFigures;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.pipeline.terminal.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the proxy adds to a call. */
@Command(
        name = "proxy",
        description = {
            "Measure what the proxy adds to calls, beside nginx and beside no proxy.",
            "All three in turn, against one fake upstream; nginx is left out where it is not",
            "installed. The callers and the upstream take their share of the machine."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ProxyBenchCommand implements Callable<Integer> {

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "How often each is measured, after one round to warm up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long each measurement takes (default: ${DEFAULT-VALUE}).")
    private Duration time = Duration.ofSeconds(5);

    @Option(
            names = "--rate",
            paramLabel = "NUMBER",
            defaultValue = "200",
            description = "Calls per second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--streams",
            paramLabel = "COUNT",
            defaultValue = "100",
            description = "Streams at once (default: ${DEFAULT-VALUE}).")
    private int streams;

    @Option(
            names = "--pieces",
            paramLabel = "NUMBER",
            defaultValue = "50",
            description = "Pieces of each stream per second (default: ${DEFAULT-VALUE}).")
    private int pieces;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        try (TemporaryDirectory files = TemporaryDirectory.create("stillstream-proxy-bench-")) {
            Logging.toFile(files.path());
            List<ProxyFigures> figures =
                    new ProxyBench(rounds, time, rate, streams, pieces).run(files.path(), System.err::println);
            print(figures);
            if (json != null) {
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
            }
        }
        return 0;
    }

    private void print(List<ProxyFigures> figures) {
        System.out.printf(
                Locale.ROOT,
                "milliseconds: of calls at %d per second, and of the pieces of %d streams with %d per second each%n",
                rate,
                streams,
                pieces);
        Table table = Table.start(
                System.out,
                Table.text("way", 12),
                Table.number("call p50", 0, "%.2f"),
                Table.number("call p99", 0, "%.2f"),
                Table.number("added p50", 0, "%.2f"),
                Table.number("added p99", 0, "%.2f"),
                Table.number("piece p50", 0, "%.2f"),
                Table.number("piece p99", 0, "%.2f"),
                Table.number("calls/s", 8, "%,.0f"));
        ProxyFigures direct = figures.get(0);
        for (ProxyFigures each : figures) {
            table.row(
                    each.way(),
                    each.callP50(),
                    each.callP99(),
                    each.callP50() - direct.callP50(),
                    each.callP99() - direct.callP99(),
                    each.pieceP50(),
                    each.pieceP99(),
                    each.callsPerSecond());
        }
    }
}
