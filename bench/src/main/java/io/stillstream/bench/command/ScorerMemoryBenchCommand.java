package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.scorer.memory.MemoryFigure;
import io.stillstream.bench.scorer.memory.ScorerMemory;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.terminal.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The scorer's memory over a large vocabulary. */
@Command(
        name = "scorer-memory",
        description = {
            "Measure the peak memory of scoring over a large vocabulary.",
            "One response of each length, with a small model of random weights, each in a",
            "process of its own."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = ScorerMemoryBenchCommand.Child.class)
public final class ScorerMemoryBenchCommand implements Callable<Integer> {

    private static final double MEBIBYTE = 1 << 20;
    private static final String CHILD = "measure";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--vocabulary",
            paramLabel = "SIZE",
            defaultValue = "152000",
            description = "Vocabulary size, V (default: ${DEFAULT-VALUE}).")
    private int vocabulary;

    @Option(
            names = "--tokens",
            paramLabel = "TOKENS",
            split = ",",
            defaultValue = "512,1024,2048,4096,8192",
            description = "Lengths of the response, T (default: ${DEFAULT-VALUE}).")
    private List<Integer> lengths = List.of();

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Threads of ONNX Runtime (default: one for each core).")
    private int threads;

    @Option(
            names = "--heap",
            paramLabel = "MEBIBYTES",
            defaultValue = "256",
            description = "Java heap of each process in MiB, all of it resident (default: ${DEFAULT-VALUE}).")
    private int heapMebibytes;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root =
                mapper.createObjectNode().put("vocabulary", vocabulary).put("heapMebibytes", heapMebibytes);
        ArrayNode rows = root.putArray("memory");
        int longest = lengths.stream().mapToInt(Integer::intValue).max().orElseThrow();
        try (TemporaryDirectory files = TemporaryDirectory.create("stillstream-bench-")) {
            ScorerMemory memory = ScorerMemory.prepare(files.path(), vocabulary, longest, threads, heapMebibytes);
            System.out.printf(
                    Locale.ROOT,
                    "resident memory of a process that scores one response over V = %d, its %d MiB of heap included%n",
                    vocabulary,
                    heapMebibytes);
            Table table = Table.start(
                    System.out,
                    Table.number("T", 8, "%d"),
                    Table.number("loaded MiB", 0, "%.0f"),
                    Table.number("peak MiB", 0, "%.0f"),
                    Table.number("scoring MiB", 0, "%.0f"),
                    Table.number("[T, V] fp32 MiB", 0, "%.0f"),
                    Table.number("seconds", 0, "%.1f"));
            for (int tokens : lengths) {
                MemoryFigure figure = memory.measure(tokens, childCommand());
                rows.addPOJO(figure);
                table.row(
                        tokens,
                        figure.loadedBytes() / MEBIBYTE,
                        figure.peakBytes() / MEBIBYTE,
                        figure.scoringBytes() / MEBIBYTE,
                        (double) tokens * vocabulary * Float.BYTES / MEBIBYTE,
                        figure.seconds());
            }
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), root);
        }
        return 0;
    }

    /** Main class and arguments that lead to {@link Child} in another process. */
    private List<String> childCommand() {
        String main = spec.root().userObject().getClass().getName();
        return List.of(main, spec.name(), CHILD);
    }

    /** One length, in the process that is measured. */
    @Command(name = CHILD, hidden = true, description = "Measure this process.")
    static final class Child implements Callable<Integer> {

        @Parameters(index = "0")
        private Path teacher = Path.of("");

        @Parameters(index = "1")
        private int tokens;

        @Parameters(index = "2")
        private int threads;

        @Override
        public Integer call() throws IOException {
            ScorerMemory.child(teacher, tokens, threads);
            return 0;
        }
    }
}
