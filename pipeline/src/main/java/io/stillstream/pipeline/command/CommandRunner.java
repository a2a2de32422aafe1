package io.stillstream.pipeline.command;

import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Runs a command line of this project. */
public final class CommandRunner {

    public static final String VERSION = "stillstream 0.1.0";

    private CommandRunner() {}

    /**
     * Parses the arguments and runs what they ask for. Temporary directories are removed when a signal ends the process.
     *
     * @param root an object with picocli's annotations
     * @param verbose asked when an error is shown: whether to show where it comes from
     * @return the exit code
     */
    public static int run(Object root, BooleanSupplier verbose, String[] arguments) {
        Interruption.endAtOnce(TemporaryDirectory::closeAll);
        return new CommandLine(root)
                .registerConverter(Duration.class, CommandRunner::duration)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new ErrorMessages(verbose))
                .execute(arguments);
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no duration; expected " + e.getMessage());
        }
    }
}
