package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.stillstream.bench.trainer.StepShape;
import io.stillstream.bench.trainer.StepTiming;
import io.stillstream.bench.trainer.StudentSize;
import io.stillstream.bench.trainer.TrainerBench;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.trainer.loss.LossConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** An optimizer step's time beside eager PyTorch's. */
@Command(
        name = "trainer",
        description = {
            "Time an optimizer step beside a Hugging Face student's in eager PyTorch.",
            "Forward pass, loss, backward pass, clipping and AdamW, on the same weights, batch and threads, interleaved.",
            "Needs a Python with torch and transformers. Sizes are parameters/vocabulary."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TrainerBenchCommand implements Callable<Integer> {

    private static final Map<String, LossConfig> LOSSES = losses();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--python",
            required = true,
            paramLabel = "FILE",
            description = "The Python interpreter, such as that of a virtual environment.")
    private Path python = Path.of("");

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            split = ",",
            defaultValue = "1M/8k,15M/8k,15M/32k,135M/49k",
            description = "Students (default: ${DEFAULT-VALUE}).")
    private List<String> sizes = List.of();

    @Option(
            names = "--batch",
            paramLabel = "SEQUENCESxTOKENS",
            split = ",",
            defaultValue = "4x64,8x128,8x512",
            description = "Batches, each one micro-batch (default: ${DEFAULT-VALUE}).")
    private List<String> batches = List.of();

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "cross-entropy,default",
            description = "cross-entropy or default, which adds the transport by spelling (default: ${DEFAULT-VALUE}).")
    private List<String> names = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Timed steps of each, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            description = "Threads of an operation, in both (default: as PyTorch chooses).")
    private @Nullable Integer threads;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        List<StudentSize> students =
                parsed(() -> sizes.stream().map(StudentSize::of).toList());
        List<StepShape> shapes =
                parsed(() -> batches.stream().map(StepShape::of).toList());
        Map<String, LossConfig> losses = parsed(this::chosen);
        if (threads != null) {
            TorchEngine.useThreads(threads);
        }
        ObjectMapper mapper = new ObjectMapper();
        ArrayNode rows = mapper.createArrayNode();
        TrainerBench bench = new TrainerBench(python, rounds);
        System.out.printf(
                Locale.ROOT,
                "one optimizer step in fp32 on %d threads, medians of %d interleaved; sgemm: operations a second, of those of"
                        + " a product of 2,048 x 2,048%n",
                TorchEngine.threads(),
                rounds);
        Table table = Table.start(
                System.out,
                Table.text("student", 10),
                Table.text("batch", 8),
                Table.text("loss", 14),
                Table.number("ms", 9, "%.1f"),
                Table.number("eager ms", 9, "%.1f"),
                Table.number("speedup", 8, "%.2fx"),
                Table.number("sgemm", 6, "%.2f"),
                Table.number("eager", 6, "%.2f"));
        for (StudentSize student : students) {
            for (StepShape shape : shapes) {
                for (Map.Entry<String, LossConfig> loss : losses.entrySet()) {
                    StepTiming timing = bench.time(student, shape, loss.getKey(), loss.getValue());
                    table.row(
                            timing.student(),
                            timing.batch(),
                            timing.loss(),
                            timing.milliseconds(),
                            timing.eagerMilliseconds(),
                            timing.speedup(),
                            timing.share(),
                            timing.eagerShare());
                    rows.addPOJO(timing);
                }
            }
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), rows);
        }
        return 0;
    }

    private Map<String, LossConfig> chosen() {
        Map<String, LossConfig> chosen = new LinkedHashMap<>();
        for (String name : names) {
            LossConfig loss = LOSSES.get(name);
            if (loss == null) {
                throw new IllegalArgumentException(
                        "'" + name + "' is no loss of this benchmark; expected one of " + LOSSES.keySet());
            }
            chosen.put(name, loss);
        }
        return chosen;
    }

    private <T> T parsed(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Map<String, LossConfig> losses() {
        Map<String, LossConfig> losses = new LinkedHashMap<>();
        losses.put("cross-entropy", LossConfig.crossEntropyAlone());
        losses.put("default", LossConfig.defaults());
        return losses;
    }
}
