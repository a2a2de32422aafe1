package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.stillstream.bench.serving.ServingBench;
import io.stillstream.bench.serving.ServingFigures;
import io.stillstream.bench.trainer.StudentSize;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What decoding several requests at once gains. */
@Command(
        name = "serving",
        description = {
            "Time the engine of serving with one stream and with several at once, interleaved.",
            "As many requests as slots, each with a random prompt. Sizes are parameters/vocabulary."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ServingBenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            split = ",",
            defaultValue = "15M/32k",
            description = "Students (default: ${DEFAULT-VALUE}).")
    private List<String> sizes = List.of();

    @Option(
            names = "--streams",
            paramLabel = "COUNT",
            split = ",",
            defaultValue = "1,2,4,8",
            description =
                    "Requests at once; the first is what the others are compared with (default: ${DEFAULT-VALUE}).")
    private List<Integer> streams = List.of();

    @Option(
            names = "--prompt",
            paramLabel = "TOKENS",
            defaultValue = "32",
            description = "Of each prompt (default: ${DEFAULT-VALUE}).")
    private int prompt;

    @Option(
            names = "--answer",
            paramLabel = "TOKENS",
            defaultValue = "64",
            description = "Of each answer (default: ${DEFAULT-VALUE}).")
    private int answer;

    @Option(
            names = "--temperature",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Of the draws; 0 for the most likely token (default: ${DEFAULT-VALUE}).")
    private float temperature;

    @Option(
            names = "--top-p",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of the draws (default: ${DEFAULT-VALUE}).")
    private float topP;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Timed rounds of each at least, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            description = "Threads of an operation (default: as PyTorch chooses).")
    private @Nullable Integer threads;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        List<StudentSize> students = students();
        if (threads != null) {
            TorchEngine.useThreads(threads);
        }
        ObjectMapper mapper = new ObjectMapper();
        ArrayNode rows = mapper.createArrayNode();
        ServingBench bench = new ServingBench(prompt, answer, new Sampling(temperature, topP, 0), rounds);
        System.out.printf(
                Locale.ROOT,
                "answers of %d tokens to prompts of %d in fp32 on %d threads, medians of at least %d, interleaved%n",
                answer,
                prompt,
                TorchEngine.threads(),
                rounds);
        Table table = Table.start(
                System.out,
                Table.text("student", 10),
                Table.number("streams", 7, "%.0f"),
                Table.number("tokens/s", 9, "%.0f"),
                Table.number("speedup", 8, "%.2fx"));
        for (StudentSize student : students) {
            for (ServingFigures figures : bench.time(student, streams)) {
                table.row(figures.student(), (double) figures.streams(), figures.tokensPerSecond(), figures.speedup());
                rows.addPOJO(figures);
            }
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), rows);
        }
        return 0;
    }

    private List<StudentSize> students() {
        try {
            return sizes.stream().map(StudentSize::of).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
