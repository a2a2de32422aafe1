package io.stillstream.bench.command.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.trainer.Scenario;
import io.stillstream.bench.fault.trainer.TrainerChaos;
import io.stillstream.bench.fault.trainer.TrainerChaosOptions;
import io.stillstream.bench.fault.trainer.TrainerChaosReport;
import io.stillstream.bench.fault.trainer.TrainerFaultScenarios;
import io.stillstream.bench.fault.trainer.TrainerSoak;
import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether training gives the same student when the trainer is killed. */
@Command(
        name = "trainer-chaos",
        description = {
            "Kill a trainer and compare what it trained.",
            "It is killed with SIGKILL, again and again; weights, optimizer and ledger are",
            "compared with those of a trainer that ran undisturbed."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:every kill was done, and the result is the same to the bit",
            "1:not so (with --naive, as expected), or an error",
            "2:wrong usage"
        })
public final class TrainerChaosCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "50",
            description = "Kills (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--records",
            paramLabel = "COUNT",
            defaultValue = "5000",
            description = "Records (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--partitions",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "Partitions of teacher-targets (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--publishing",
            description =
                    "Kill only while checkpoints and snapshots are written, which a tiny student does at every step or two.")
    private boolean publishing;

    @Option(names = "--lora", description = "Train adapters on the student instead of all its weights.")
    private boolean lora;

    @Option(
            names = "--naive",
            description = "Kill a trainer that commits its offsets to a consumer group and saves weights now and then:"
                    + " it loses records, which shows that the comparison is not blind. The exit code is 1.")
    private boolean naive;

    @Option(
            names = "--trouble",
            description = "Instead of kills, other faults: the broker down, the disk full, the clock set back, two"
                    + " trainers at once, a trainer suspended.")
    private boolean trouble;

    @Option(
            names = "--soak",
            paramLabel = "STEPS",
            description =
                    "Instead of kills, train a tiny student for this many steps and watch its memory, which must stay"
                            + " within 2 percent of what it was at step 100.")
    private @Nullable Integer soak;

    @Option(
            names = "--away",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "With --trouble, how long the broker is down and a trainer is suspended (default:"
                    + " ${DEFAULT-VALUE}).")
    private String away = "";

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of records and kills (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For the broker, the trainers and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "trainer-chaos");
        if (trouble) {
            return trouble(data);
        }
        if (soak != null) {
            return soak(data, soak);
        }
        TrainerChaosReport report;
        try (Interruption interruption = new Interruption()) {
            report = new TrainerChaos(
                            new TrainerChaosOptions(kills, records, partitions, publishing, lora, naive, seed, data),
                            interruption,
                            System.out)
                    .run();
        }
        report.print(System.out);
        if (json != null) {
            ObjectMapper mapper = new ObjectMapper();
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures(report, mapper));
        }
        return report.clean() ? 0 : 1;
    }

    private int trouble(Path data) throws IOException, InterruptedException {
        List<Scenario> scenarios;
        try (Interruption interruption = new Interruption()) {
            scenarios =
                    TrainerFaultScenarios.play(records, Durations.parse(away), seed, data, interruption, System.out);
        }
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), scenarios);
        }
        return scenarios.stream().allMatch(Scenario::held) ? 0 : 1;
    }

    private int soak(Path data, int steps) throws IOException, InterruptedException {
        TrainerSoak.Soak seen;
        try (Interruption interruption = new Interruption()) {
            seen = TrainerSoak.run(steps, seed, data, interruption, System.out);
        }
        TrainerSoak.print(seen, System.out);
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), seen);
        }
        return seen.flat() ? 0 : 1;
    }

    private static ObjectNode figures(TrainerChaosReport report, ObjectMapper mapper) {
        ObjectNode figures = mapper.createObjectNode();
        figures.put("trainer", report.naive() ? "naive" : "stillstream")
                .put("seed", report.seed())
                .put("plannedKills", report.plannedKills())
                .put("kills", report.kills());
        ObjectNode outcomes = figures.putObject("hits");
        report.outcomes().forEach((outcome, count) -> outcomes.put(outcome.name(), count));
        figures.put("tornLedgerLines", report.tornLedgers())
                .put("tornCheckpointsOrSnapshots", report.torn().size())
                .put("wentOnFromAnotherCheckpoint", report.wrongResumptions())
                .put("failures", report.failures())
                .put("steps", report.survivor().step())
                .put("recordsToTrainOn", report.records())
                .put("trainedOn", report.survivor().counts().trained())
                .put("lost", report.survivor().counts().lost())
                .put("duplicated", report.survivor().counts().duplicated())
                .put("misjudged", report.survivor().counts().misrouted())
                .put("ledgerGaps", report.survivor().ledger().gaps())
                .put("ledgerOverlaps", report.survivor().ledger().overlaps())
                .put("sameSteps", report.sameSteps())
                .put("sameWeights", report.sameWeights())
                .put("sameOptimizer", report.sameOptimizer())
                .put("weights", report.survivor().weights())
                .put("weightsLeftAlone", report.reference().weights())
                .put("secondsToStart", report.start().toMillis() / 1e3)
                .put("secondsLeftAlone", report.alone().toMillis() / 1e3)
                .put("seconds", report.elapsed().toSeconds());
        return figures;
    }
}
