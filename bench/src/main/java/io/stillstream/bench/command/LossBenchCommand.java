package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.loss.LossBench;
import io.stillstream.bench.loss.LossTiming;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.student.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The losses' time and memory. */
@Command(
        name = "loss",
        description = {
            "Time each loss beside the same formula in eager PyTorch.",
            "The forward and the backward pass from the logits of one sequence, interleaved",
            "with their baseline; then the peak memory in chunks and all at once."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class LossBenchCommand implements Callable<Integer> {

    private static final double MEBIBYTE = 1 << 20;

    @Option(
            names = "--positions",
            paramLabel = "COUNT",
            defaultValue = "256",
            description = "Positions, T (default: ${DEFAULT-VALUE}).")
    private int positions;

    @Option(
            names = "--vocabulary",
            paramLabel = "SIZE",
            split = ",",
            defaultValue = "32000,152000",
            description = "Vocabulary sizes, V (default: ${DEFAULT-VALUE}).")
    private List<Integer> vocabularies = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "7",
            description = "Timed runs of each, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            description = "Threads of an operation (default: as PyTorch chooses).")
    private @Nullable Integer threads;

    @Option(
            names = "--memory-positions",
            paramLabel = "COUNT",
            defaultValue = "2048",
            description = "Positions of the memory comparison, at the largest vocabulary; 0 leaves it out"
                    + " (default: ${DEFAULT-VALUE}).")
    private int memoryPositions;

    @Option(
            names = "--hidden",
            paramLabel = "SIZE",
            defaultValue = "64",
            description = "Size of the hidden states in the memory comparison (default: ${DEFAULT-VALUE}).")
    private int hidden;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        if (threads != null) {
            TorchEngine.useThreads(threads);
        }
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode rows = root.putArray("losses");
        try (var bench = new LossBench(rounds)) {
            System.out.printf(
                    Locale.ROOT,
                    "forward + backward from logits [T, V] in fp32, medians of %d interleaved runs%n",
                    rounds);
            Table table = Table.start(
                    System.out,
                    Table.text("loss", 30),
                    Table.number("T", 6, "%d"),
                    Table.number("V", 8, "%d"),
                    Table.number("ms", 8, "%.1f"),
                    Table.number("baseline ms", 0, "%.1f"),
                    Table.number("speedup", 8, "%.2fx"),
                    Table.text("baseline", 0));
            for (int vocabulary : vocabularies) {
                for (LossTiming timing : bench.time(positions, vocabulary)) {
                    table.row(
                            timing.loss(),
                            timing.positions(),
                            timing.vocabulary(),
                            timing.milliseconds(),
                            timing.baselineMilliseconds(),
                            timing.speedup(),
                            timing.baseline());
                    rows.addPOJO(timing);
                }
            }
            if (memoryPositions > 0) {
                int vocabulary =
                        vocabularies.stream().mapToInt(Integer::intValue).max().orElseThrow();
                long[] peaks = bench.memory(memoryPositions, vocabulary, hidden);
                System.out.printf(
                        Locale.ROOT,
                        "peak memory of multilevelot paper with its projection at T = %d, V = %d, H = %d:"
                                + " %.0f MiB in chunks, %.0f MiB at once, ratio %.3f%n",
                        memoryPositions,
                        vocabulary,
                        hidden,
                        peaks[0] / MEBIBYTE,
                        peaks[1] / MEBIBYTE,
                        (double) peaks[0] / peaks[1]);
                root.putObject("memory")
                        .put("positions", memoryPositions)
                        .put("vocabulary", vocabulary)
                        .put("hidden", hidden)
                        .put("chunkedBytes", peaks[0])
                        .put("wholeBytes", peaks[1]);
            }
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), root);
        }
        return 0;
    }
}
