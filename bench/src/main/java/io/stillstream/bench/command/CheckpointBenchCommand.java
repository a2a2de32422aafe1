package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.bench.checkpoint.CheckpointBench;
import io.stillstream.bench.checkpoint.CheckpointTimes;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long training waits for a checkpoint. */
@Command(
        name = "checkpoint",
        description = {
            "Time how long training waits for a checkpoint.",
            "Beside a synchronous save of the same files, interleaved."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CheckpointBenchCommand implements Callable<Integer> {

    private static final double MEBIBYTE = 1 << 20;
    /** About 11 million parameters under the demo's tokenizer. */
    private static final StudentShape SHAPE = StudentShape.of(384, 1024, 6, 6, 6, 512);

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "A Hugging Face Llama directory (default: a fresh one of some 11 million parameters).")
    private @Nullable Path student;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            defaultValue = "9",
            description = "Timed rounds, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where checkpoints are written (default: a temporary directory).")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Path data = RunDirectory.of(directory, "checkpoint-bench");
        Path measured = student != null ? student : fresh(data);
        CheckpointTimes times = new CheckpointBench(data.resolve("trainer")).time(measured, rounds);
        System.out.printf(
                Locale.ROOT,
                "%,d parameters, checkpoints of %.1f MiB in %s, medians of %d interleaved rounds%n"
                        + "training waits %.1f ms; a synchronous save takes %.1f ms; ratio %.3f%n",
                times.parameters(),
                times.bytes() / MEBIBYTE,
                data,
                times.rounds(),
                times.pauseMilliseconds(),
                times.synchronousMilliseconds(),
                times.ratio());
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), times);
        }
        return 0;
    }

    private static Path fresh(Path data) {
        Path made = data.resolve("student");
        new StudentInitializer(SHAPE, 0)
                .write(made, BundledModels.unpack(data.resolve("models")).student());
        return made;
    }
}
