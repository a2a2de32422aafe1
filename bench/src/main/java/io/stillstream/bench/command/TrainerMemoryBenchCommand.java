package io.stillstream.bench.command;

import io.stillstream.bench.memory.TrainingFigure;
import io.stillstream.bench.memory.TrainingMemory;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.memory.MemoryPlan;
import io.stillstream.trainer.step.StepConfig;
import java.io.IOException;
import java.nio.file.Files;
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

/** The trainer's memory, measured beside what is computed. */
@Command(
        name = "trainer-memory",
        description = {
            "Measure the memory of loading and training a decoder of random weights.",
            "In a process of its own, beside what a start computes for it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = TrainerMemoryBenchCommand.Child.class)
public final class TrainerMemoryBenchCommand implements Callable<Integer> {

    private static final double MEBIBYTE = 1 << 20;
    private static final String CHILD = "measure";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--config", paramLabel = "FILE", description = "The config.json of the decoder.")
    private @Nullable Path config;

    @Option(
            names = "--tokens",
            paramLabel = "COUNT",
            defaultValue = "2048",
            description = "Tokens of a micro-batch (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--length",
            paramLabel = "TOKENS",
            defaultValue = "256",
            description = "Length of each sequence (default: ${DEFAULT-VALUE}).")
    private int length;

    @Option(
            names = "--logit-mebibytes",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "Memory of one chunk's logits (default: ${DEFAULT-VALUE}).")
    private int logitMebibytes;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "FP32,BF16",
            description = "Precisions (default: ${DEFAULT-VALUE}).")
    private List<Precision> precisions = List.of();

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            defaultValue = "0",
            description =
                    "Train adapters of this rank on all linear maps; 0 trains all weights (default: ${DEFAULT-VALUE}).")
    private int loraRank;

    @Option(
            names = "--no-copies",
            description = "Leave out a checkpoint's copies, for a model that fits without them only.")
    private boolean withoutCopies;

    @Override
    public Integer call() throws IOException {
        if (config == null) {
            throw new PipelineException("no decoder to measure; name its config.json with --config FILE");
        }
        String text = Files.readString(config);
        try (TemporaryDirectory directory = TemporaryDirectory.create("stillstream-trainer-memory-")) {
            TrainingMemory.write(directory.path(), text);
            System.out.println(
                    "MiB: loading is the peak, the others are peaks beyond what the process had before it loaded");
            for (Precision precision : precisions) {
                for (boolean recompute : new boolean[] {false, true}) {
                    row(
                            directory.path(),
                            new StepConfig(tokens, logitMebibytes, precision, recompute, 0, TorchDevices.cpu()));
                }
            }
        }
        return 0;
    }

    private void row(Path directory, StepConfig step) {
        TrainingFigure figure = TrainingMemory.measure(List.of(
                spec.root().userObject().getClass().getName(),
                spec.name(),
                CHILD,
                directory.toString(),
                Integer.toString(step.microBatchTokens()),
                Integer.toString(step.logitMebibytes()),
                step.precision().name(),
                Boolean.toString(step.recompute()),
                Integer.toString(length),
                Boolean.toString(!withoutCopies),
                Integer.toString(loraRank)));
        MemoryPlan plan = MemoryPlan.of(DecoderConfig.read(directory).architecture(), step, adapters(loraRank));
        long computed = plan.total() - plan.copies();
        System.out.printf(
                Locale.ROOT,
                "%s, recompute %s: weights %.0f, loading %.0f; a step %.0f, computed %.0f, ratio %.3f%s%n",
                step.precision(),
                step.recompute(),
                plan.weights() / MEBIBYTE,
                figure.loading() / MEBIBYTE,
                figure.step() / MEBIBYTE,
                computed / MEBIBYTE,
                figure.step() / (double) computed,
                withoutCopies
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; with copies %.0f, computed %.0f, ratio %.3f",
                                figure.peak() / MEBIBYTE,
                                plan.total() / MEBIBYTE,
                                figure.peak() / (double) plan.total()));
    }

    private static LoraConfig adapters(int rank) {
        LoraConfig none = LoraConfig.none();
        return new LoraConfig(
                rank, none.alpha(), none.dropout(), none.targets(), none.modulesToSave(), none.rslora(), none.seed());
    }

    /** Measures one configuration in this process. */
    @Command(name = CHILD, hidden = true)
    static final class Child implements Callable<Integer> {

        @Parameters(index = "0")
        private Path directory = Path.of("");

        @Parameters(index = "1")
        private int tokens;

        @Parameters(index = "2")
        private int logitMebibytes;

        @Parameters(index = "3")
        private Precision precision = Precision.FP32;

        @Parameters(index = "4")
        private boolean recompute;

        @Parameters(index = "5")
        private int length;

        @Parameters(index = "6")
        private boolean copies;

        @Parameters(index = "7")
        private int loraRank;

        @Override
        public Integer call() throws IOException {
            TrainingMemory.child(
                    directory,
                    new StepConfig(tokens, logitMebibytes, precision, recompute, 0, TorchDevices.cpu()),
                    length,
                    copies,
                    adapters(loraRank));
            return 0;
        }
    }
}
