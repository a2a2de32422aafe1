package io.stillstream.pipeline.command;

import io.stillstream.pipeline.terminal.EscapedWriter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints what is wrong with a command line, and how the command is used. Of an argument that belongs to nothing only the name
 * is shown, up to an equals sign: what a shell has split in the middle may be the end of a password.
 */
final class UsageErrors implements IParameterExceptionHandler {

    private static final String OPTION = "-";

    /** Where an argument begins with it, one after it may be the rest of a password. */
    private static final String MAY_BE_SECRET = "kafka.properties.";

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = EscapedWriter.errors(command.getErr());
        err.println(message(failure, arguments));
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            command.usage(err, Help.defaultColorScheme(Ansi.OFF));
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String message(ParameterException failure, String[] arguments) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(failure.getMessage());
        }
        List<String> options = unmatched.getUnmatched().stream()
                .filter(argument -> argument.startsWith(OPTION))
                .toList();
        if (!options.isEmpty()) {
            return "unknown option " + names(options);
        }
        return Arrays.stream(arguments).anyMatch(argument -> argument.contains(MAY_BE_SECRET))
                ? "an argument that belongs to no option, which is not shown; put a value that has spaces in quotes"
                : "unknown argument " + names(unmatched.getUnmatched());
    }

    private static String names(List<String> arguments) {
        return arguments.stream().map(argument -> "'" + name(argument) + "'").collect(Collectors.joining(", "));
    }

    private static String name(String argument) {
        int equals = argument.indexOf('=');
        return equals < 0 ? argument : argument.substring(0, equals + 1) + "…";
    }
}
