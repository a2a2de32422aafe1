package io.stillstream.bench.command.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.scorer.ChaosOptions;
import io.stillstream.bench.fault.scorer.ChaosReport;
import io.stillstream.bench.fault.scorer.ScorerChaos;
import io.stillstream.bench.fault.scorer.SlowBatch;
import io.stillstream.bench.fault.scorer.SlowBatchReport;
import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether each prompt is scored exactly once, in order, when scorers are killed. */
@Command(
        name = "scorer-chaos",
        description = {
            "Kill scorers and count what is lost or duplicated.",
            "Two scorers that share the work are killed with SIGKILL, again and again; a",
            "read_committed reader counts what is lost, duplicated or out of order within a key."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:every kill was done and each prompt arrived once, in order",
            "1:not so (with --naive, as expected), or an error",
            "2:wrong usage"
        })
public final class ScorerChaosCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "50",
            description = "Kills (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--records",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "Prompts (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--partitions",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "Partitions of prompts and teacher-targets (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--naive",
            description = "Kill scorers whose buffer is a list in memory: they lose prompts, which shows that the count"
                    + " is not blind. The exit code is 1.")
    private boolean naive;

    @Option(
            names = "--slow-batch",
            paramLabel = "DURATION",
            description =
                    "Instead of kills, a batch that takes this long, such as 30s, under the default settings: is it"
                            + " scored once, and does every scorer keep its partitions?")
    private @Nullable String slowBatch;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of prompts and kills (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--teacher", paramLabel = "DIR", description = "An ONNX teacher (default: the demo's).")
    private @Nullable Path teacher;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            defaultValue = "15m",
            description = "When to stop killing, done or not (default: ${DEFAULT-VALUE}).")
    private String deadline = "";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the scorers and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "scorer-chaos");
        return slowBatch == null ? chaos(data) : slowBatch(data, Durations.parse(slowBatch));
    }

    private int chaos(Path data) throws IOException, InterruptedException {
        var options =
                new ChaosOptions(kills, records, partitions, naive, seed, teacher, Durations.parse(deadline), data);
        ChaosReport report;
        try (Interruption interruption = new Interruption()) {
            report = new ScorerChaos(options, interruption, System.out).run();
        }
        report.print(System.out);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode figures = mapper.createObjectNode();
        figures.put("scorer", report.naive() ? "naive" : "stillstream")
                .put("seed", report.seed())
                .put("plannedKills", report.plannedKills())
                .put("kills", report.kills())
                .put("killsInAnOpenTransaction", report.openKills())
                .put("partitionsChangedHands", report.absences())
                .put("scorersEndedByThemselves", report.failures())
                .put("promptsFoundInTheBuffer", report.restoredPrompts())
                .put("abortedBufferRecords", report.abortedBufferRecords())
                .put("abortedOutputRecords", report.abortedOutputRecords())
                .put("sent", report.sent())
                .put("deadLetters", report.delivery().deadLetters())
                .put("lost", report.delivery().lost())
                .put("duplicated", report.delivery().duplicated())
                .put("disordered", report.delivery().disordered())
                .put("misplaced", report.delivery().misplaced())
                .put("seconds", report.elapsed().toSeconds());
        write(mapper, figures);
        return report.clean() ? 0 : 1;
    }

    private int slowBatch(Path data, Duration duration) throws IOException, InterruptedException {
        SlowBatchReport report;
        try (Interruption interruption = new Interruption()) {
            report = new SlowBatch(duration, seed, teacher, data, interruption).run();
        }
        report.print(System.out);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode figures = mapper.createObjectNode();
        figures.put("slowBatchSeconds", report.batch().toSeconds())
                .put("prompts", report.prompts())
                .put("mostTimesScored", report.mostTimesScored())
                .put("rebalances", report.rebalances())
                .put("abortedRecords", report.abortedRecords())
                .put("lost", report.delivery().lost())
                .put("duplicated", report.delivery().duplicated())
                .put("disordered", report.delivery().disordered())
                .put("seconds", report.elapsed().toSeconds());
        write(mapper, figures);
        return report.clean() ? 0 : 1;
    }

    private void write(ObjectMapper mapper, ObjectNode figures) throws IOException {
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
        }
    }
}
