package io.stillstream.pipeline.command.model;

import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import io.stillstream.student.transfer.TokenizerTransfer;
import io.stillstream.student.transfer.TransferReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Creates a student with random weights, or with a model's weights and another tokenizer. */
@Command(
        name = "new-student",
        description = {
            "Create a student: a Hugging Face directory of a randomly initialised Llama decoder, with --config of a decoder"
                    + " of any family, or with --from of an existing model transferred to another tokenizer."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class NewStudentCommand implements Callable<Integer> {

    /** The options that describe a fresh Llama decoder. */
    private static final List<String> SHAPE =
            List.of("--hidden", "--intermediate", "--layers", "--heads", "--key-value-heads", "--context");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @ArgGroup(multiplicity = "1")
    private Target target = new Target();

    private static final class Target {

        @Parameters(index = "0", paramLabel = "DIR", description = "The directory to write.")
        private @Nullable Path directory;

        @Option(names = "--out", paramLabel = "DIR", description = "The directory to write, as an option.")
        private @Nullable Path out;

        Path path() {
            return Objects.requireNonNull(directory == null ? out : directory);
        }
    }

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "A Hugging Face directory of a decoder whose shape and weights the student gets.")
    private @Nullable Path from;

    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "The config.json of a decoder whose shape the student gets, with weights of its own and the"
                    + " tokenizer's vocabulary.")
    private @Nullable Path config;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "DIR",
            description = "The directory of the student's tokenizer.json.")
    private Path tokenizer = Path.of("");

    @Option(
            names = "--hidden",
            paramLabel = "SIZE",
            defaultValue = "256",
            description = "Hidden size (default: ${DEFAULT-VALUE}).")
    private int hidden;

    @Option(
            names = "--intermediate",
            paramLabel = "SIZE",
            defaultValue = "704",
            description = "Intermediate size of the MLP (default: ${DEFAULT-VALUE}).")
    private int intermediate;

    @Option(
            names = "--layers",
            paramLabel = "COUNT",
            defaultValue = "6",
            description = "Decoder blocks (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(
            names = "--heads",
            paramLabel = "COUNT",
            defaultValue = "8",
            description = "Query heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--key-value-heads",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "Key-value heads, a divisor of --heads (default: ${DEFAULT-VALUE}).")
    private int keyValueHeads;

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            defaultValue = "512",
            description = "Context window (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Seed of the weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        NewModel.requireNone(spec, target.path());
        if (from != null) {
            refuse(SHAPE, "--from: shape and weights are those of " + from);
            refuse(List.of("--config", "--seed"), "--from: shape and weights are those of " + from);
            transfer(from);
            return 0;
        }
        if (config != null) {
            refuse(SHAPE, "--config: the shape is that of " + config);
        }
        initializer().write(target.path(), tokenizer);
        System.out.println("wrote " + target.path());
        return 0;
    }

    private StudentInitializer initializer() {
        return config != null
                ? new StudentInitializer(config, seed)
                : new StudentInitializer(
                        StudentShape.of(hidden, intermediate, layers, heads, keyValueHeads, context), seed);
    }

    private void refuse(List<String> options, String reason) {
        ParseResult given = spec.commandLine().getParseResult();
        for (String name : options) {
            if (given.hasMatchedOption(name)) {
                throw new ParameterException(spec.commandLine(), name + " does not go with " + reason);
            }
        }
    }

    private void transfer(Path teacher) {
        TransferReport report = new TokenizerTransfer(teacher, tokenizer).write(target.path());
        System.out.printf(
                Locale.ROOT,
                "wrote %s: of %,d embeddings %,d are the teacher's, %,d the mean of several of its, %,d the mean of all%n",
                target.path(),
                report.tokens(),
                report.whole(),
                report.joined(),
                report.unknown());
    }
}
