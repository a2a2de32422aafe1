package io.stillstream.bench.command.rollout;

import io.stillstream.bench.bisect.BisectTrial;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.demo.BundledModels;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether {@code rollout bisect} finds planted records. */
@Command(
        name = "bisect",
        description = {
            "Plant records that do harm, and have 'rollout bisect' find them.",
            "A champion is trained, then a candidate on further records with the planted ones among them."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:most were found, in a narrow range", "1:not so, or an error", "2:wrong usage"})
public final class BisectBenchCommand implements Callable<Integer> {

    @Option(
            names = "--records",
            paramLabel = "COUNT",
            defaultValue = "5000",
            description = "After the champion (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--before",
            paramLabel = "COUNT",
            defaultValue = "3000",
            description = "That the champion is trained on (default: ${DEFAULT-VALUE}).")
    private int before;

    @Option(
            names = "--planted",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "How many do harm (default: ${DEFAULT-VALUE}).")
    private int planted;

    @Option(
            names = "--at",
            paramLabel = "NUMBER",
            defaultValue = "4940",
            description = "The first of them among --records (default: ${DEFAULT-VALUE}).")
    private int at;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the texts (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "A Hugging Face directory (default: the demo's student).")
    private @Nullable Path student;

    @Override
    public Integer call() {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        long began = System.nanoTime();
        try (TemporaryDirectory work = TemporaryDirectory.create("stillstream-bisect-bench-")) {
            Path used = student == null
                    ? BundledModels.unpack(work.path().resolve("models")).student()
                    : student;
            BisectTrial.Outcome outcome =
                    BisectTrial.run(used, work.path(), new BisectTrial.Plan(before, records, at, planted, seed), out);
            out.printf(
                    Locale.ROOT,
                    "%d of %d planted records are in the range of %d offsets; %d s in all%n",
                    outcome.found(),
                    planted,
                    outcome.width(),
                    (System.nanoTime() - began) / 1_000_000_000L);
            return outcome.found() * 2 >= planted && outcome.width() <= 4L * planted ? 0 : 1;
        }
    }
}
