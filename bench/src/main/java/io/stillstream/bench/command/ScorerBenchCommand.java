package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.scorer.BatchShape;
import io.stillstream.bench.scorer.LengthMix;
import io.stillstream.bench.scorer.RankingTiming;
import io.stillstream.bench.scorer.ScorerBench;
import io.stillstream.bench.scorer.Speedup;
import io.stillstream.bench.scorer.StreamsBench;
import io.stillstream.bench.scorer.StreamsTiming;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The scorer's speed beside named baselines. */
@Command(
        name = "scorer",
        description = {
            "Time the teacher-scorer beside named baselines.",
            "Beside ONNX Runtime alone, beside all logits ranked in Java, through Kafka, in",
            "batches beside one by one, and generating: each pair interleaved in this one",
            "process, medians."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ScorerBenchCommand implements Callable<Integer> {

    /** What is measured. */
    enum Part {
        RANKING,
        STREAMS,
        BATCHING,
        GENERATION
    }

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "An ONNX model and its tokenizer (default: the demo's).")
    private @Nullable Path teacher;

    @Option(
            names = "--shapes",
            paramLabel = "SHAPE",
            split = ",",
            converter = ShapeConverter.class,
            defaultValue = "1x32,1x256,8x64,8x256,32x32,32x128,32x256",
            description = "Batches, rows x tokens; those beyond the context window are left out"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<BatchShape> shapes = List.of();

    @Option(
            names = "--without",
            paramLabel = "NAME",
            split = ",",
            description = "Parts to leave out: ${COMPLETION-CANDIDATES}.")
    private Set<Part> without = EnumSet.noneOf(Part.class);

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Threads of ONNX Runtime (default: one for each core).")
    private int threads;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Timed runs of each at least, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "4",
            description = "Time that a row takes at least: fast ones get more rounds (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Seconds of warming up before the first row, and before the first one through Kafka"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--stream-seconds",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "Seconds that a pass through Kafka should take (default: ${DEFAULT-VALUE}).")
    private int streamSeconds;

    @Option(
            names = "--stream-batches",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "Batches that a pass through Kafka has at least (default: ${DEFAULT-VALUE}).")
    private int streamBatches;

    @Option(
            names = "--stream-property",
            paramLabel = "NAME=VALUE",
            description = "A property of Kafka Streams in place of the scorer's, such as commit.interval.ms.")
    private Map<String, String> streamProperties = Map.of();

    @Option(
            names = "--mixed-prompts",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "Prompts of many lengths, for batching (default: ${DEFAULT-VALUE}).")
    private int mixedPrompts;

    @Option(
            names = "--new-tokens",
            paramLabel = "TOKENS",
            defaultValue = "60",
            description = "Tokens to generate after each of 16 prompts (default: ${DEFAULT-VALUE}).")
    private int newTokens;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    private final ObjectMapper mapper = new ObjectMapper();
    private final ObjectNode figures = mapper.createObjectNode();

    @Override
    public Integer call() throws IOException {
        try (TemporaryDirectory files = TemporaryDirectory.create("stillstream-bench-");
                Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PIPELINE);
                ScorerBench bench = new ScorerBench(
                        config(files),
                        telemetry.scorer(),
                        rounds,
                        Duration.ofSeconds(seconds),
                        Duration.ofSeconds(warmUp))) {
            List<BatchShape> taken = shapes.stream().filter(bench::takes).toList();
            Map<BatchShape, Double> batchSeconds = new HashMap<>();
            if (!without.contains(Part.RANKING)) {
                ranking(bench, taken, batchSeconds);
            }
            if (!without.contains(Part.STREAMS)) {
                streams(bench, taken, batchSeconds, files.path());
            }
            if (!without.contains(Part.BATCHING)) {
                ObjectNode mixes = figures.putObject("batching");
                for (LengthMix mix : LengthMix.values()) {
                    String name = mix.name().toLowerCase(Locale.ROOT);
                    Speedup batching = bench.batching(ScorerConfig.defaults(), mix, mixedPrompts);
                    print(
                            String.format(
                                    Locale.ROOT,
                                    "batches of at most %d tokens against one prompt at a time, %d %s",
                                    ScorerConfig.defaults().maxBatchTokens(),
                                    mixedPrompts,
                                    name),
                            batching);
                    mixes.putPOJO(name, batching);
                }
            }
            if (!without.contains(Part.GENERATION)) {
                Speedup generation = bench.generation(newTokens);
                print(
                        String.format(
                                Locale.ROOT,
                                "generating %d tokens after each of 16 prompts in one batch against one at a time",
                                newTokens),
                        generation);
                figures.putPOJO("generation", generation);
            }
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
        }
        return 0;
    }

    private TeacherConfig config(TemporaryDirectory files) {
        Path directory = teacher == null ? BundledModels.unpack(files.path()).teacher() : teacher;
        return TeacherConfig.of(directory)
                .withDevice("cpu", threads)
                .withCacheDirectory(files.path().resolve("derived"));
    }

    private void ranking(ScorerBench bench, List<BatchShape> taken, Map<BatchShape, Double> batchSeconds) {
        System.out.println("tokens/s (prompt and response, half each) without Kafka; medians of interleaved runs");
        Table table = Table.start(
                System.out,
                Table.text("batch", 8),
                Table.number("runtime", 8, "%.0f"),
                Table.number("scorer", 8, "%.0f"),
                Table.number("/ runtime", 0, "%.3f"),
                Table.number("+ admit", 8, "%.0f"),
                Table.number("ranked in Java", 0, "%.0f"),
                Table.number("faster", 0, "%.2fx"),
                Table.number("bytes/token", 0, "%.0f"),
                Table.number("+ hidden", 0, "%.0f"),
                Table.number("fewer", 6, "%.0fx"),
                Table.number("+ hidden", 0, "%.0fx"));
        ArrayNode rows = figures.putArray("ranking");
        for (BatchShape shape : taken) {
            RankingTiming timing = bench.ranking(shape);
            batchSeconds.put(shape, timing.scorerSeconds());
            rows.addPOJO(timing);
            double tokens = timing.tokens();
            table.row(
                    timing.shape(),
                    tokens / timing.runtimeSeconds(),
                    tokens / timing.scorerSeconds(),
                    timing.scorerToRuntime(),
                    tokens / timing.admittingSeconds(),
                    tokens / timing.fullLogitsSeconds(),
                    timing.speedup(),
                    timing.resultBytes() / tokens,
                    (timing.resultBytes() + timing.hiddenBytes()) / tokens,
                    timing.fewerBytes(),
                    timing.fewerBytesWithHidden());
        }
    }

    private void streams(
            ScorerBench bench, List<BatchShape> taken, Map<BatchShape, Double> batchSeconds, Path directory) {
        System.out.println("tokens/s through Kafka Streams, exactly-once, the broker in this process");
        Table table = Table.start(
                System.out,
                Table.text("batch", 8),
                Table.number("prompts", 0, "%d"),
                Table.number("scorer", 8, "%.0f"),
                Table.number("streams", 8, "%.0f"),
                Table.number("/ scorer", 0, "%.3f"));
        ArrayNode rows = figures.putArray("streams");
        try (StreamsBench streams =
                new StreamsBench(bench, directory, Duration.ofSeconds(streamSeconds), streamProperties)) {
            for (BatchShape shape : taken) {
                double batch = batchSeconds.computeIfAbsent(shape, bench::batchSeconds);
                StreamsTiming timing = streams.time(shape, batch, streamBatches);
                rows.addPOJO(timing);
                table.row(
                        timing.shape(),
                        timing.prompts(),
                        timing.scorerTokensPerSecond(),
                        timing.streamsTokensPerSecond(),
                        timing.streamsToScorer());
            }
        }
    }

    private static void print(String what, Speedup speedup) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.0f against %.0f tokens/s, %.2fx%n",
                what,
                speedup.tokensPerSecond(),
                speedup.baselineTokensPerSecond(),
                speedup.ratio());
    }
}
