package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.loss.LossBench;
import io.stillstream.bench.loss.LossTiming;
import io.stillstream.student.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The losses' time and memory. */
@Command(
        name = "loss",
        description = {
            "Time every loss's forward and backward pass from the logits of one sequence,",
            "beside the same formulas in eager PyTorch operators, interleaved; and compare",
            "the peak memory in chunks and all at once."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class LossBenchCommand implements Callable<Integer> {

    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--positions", defaultValue = "256", description = "Positions, T (default: ${DEFAULT-VALUE}).")
    private int positions;

    @Option(
            names = "--vocabulary",
            split = ",",
            defaultValue = "32000,152000",
            description = "Vocabulary sizes, V (default: ${DEFAULT-VALUE}).")
    private List<Integer> vocabularies = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "7",
            description = "Timed runs of each, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--threads", description = "Threads of an operation (default: PyTorch's).")
    private @Nullable Integer threads;

    @Option(
            names = "--memory-positions",
            defaultValue = "2048",
            description = "Positions of the memory comparison, at the largest vocabulary; 0 leaves it out"
                    + " (default: ${DEFAULT-VALUE}).")
    private int memoryPositions;

    @Option(
            names = "--hidden",
            defaultValue = "64",
            description = "Size of the hidden states there (default: ${DEFAULT-VALUE}).")
    private int hidden;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there too.")
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
                    "forward + backward from logits [T, V] in fp32, medians of %d interleaved runs%n", rounds);
            System.out.printf("%-30s %6s %8s %10s %12s %8s%n", "loss", "T", "V", "ms", "baseline ms", "speedup");
            for (int vocabulary : vocabularies) {
                for (LossTiming timing : bench.time(positions, vocabulary)) {
                    print(timing);
                    rows.addPOJO(timing);
                }
            }
            if (memoryPositions > 0) {
                int vocabulary =
                        vocabularies.stream().mapToInt(Integer::intValue).max().orElseThrow();
                long[] peaks = bench.memory(memoryPositions, vocabulary, hidden);
                System.out.printf(
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

    private static void print(LossTiming timing) {
        String baseline = Double.isNaN(timing.baselineMilliseconds())
                ? "%12s %8s".formatted("-", "-")
                : "%12.1f %7.2fx".formatted(timing.baselineMilliseconds(), timing.speedup());
        System.out.printf(
                "%-30s %6d %8d %10.1f %s  %s%n",
                timing.loss(),
                timing.positions(),
                timing.vocabulary(),
                timing.milliseconds(),
                baseline,
                timing.baseline());
    }
}
