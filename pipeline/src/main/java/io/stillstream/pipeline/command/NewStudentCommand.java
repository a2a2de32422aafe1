package io.stillstream.pipeline.command;

import io.stillstream.trainer.student.Student;
import io.stillstream.trainer.student.StudentShape;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A student that knows nothing yet. */
@Command(
        name = "new-student",
        description = "Make a Hugging Face directory of a randomly initialised Llama decoder.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class NewStudentCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "DIR", description = "Where it is written.")
    private Path directory = Path.of("");

    @Option(names = "--tokenizer", required = true, paramLabel = "DIR", description = "Holds its tokenizer.json.")
    private Path tokenizer = Path.of("");

    @Option(names = "--hidden", defaultValue = "256", description = "Hidden size (default: ${DEFAULT-VALUE}).")
    private int hidden;

    @Option(names = "--intermediate", defaultValue = "704", description = "Of the MLP (default: ${DEFAULT-VALUE}).")
    private int intermediate;

    @Option(names = "--layers", defaultValue = "6", description = "Decoder blocks (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(names = "--heads", defaultValue = "8", description = "Query heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--key-value-heads",
            defaultValue = "4",
            description = "A divisor of them (default: ${DEFAULT-VALUE}).")
    private int keyValueHeads;

    @Option(names = "--context", defaultValue = "512", description = "Context window (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--seed", defaultValue = "0", description = "Of the weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        Student.initialise(
                directory,
                StudentShape.of(hidden, intermediate, layers, heads, keyValueHeads, context),
                tokenizer,
                seed);
        System.out.println("wrote " + directory);
        return 0;
    }
}
