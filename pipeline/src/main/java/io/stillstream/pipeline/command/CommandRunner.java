package io.stillstream.pipeline.command;

import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.terminal.EscapedPrintStream;
import io.stillstream.pipeline.terminal.Screen;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.TypeConversionException;

/** Runs a command line of this project. */
public final class CommandRunner {

    public static final String VERSION = "stillstream 0.1.0";

    /** Of a command that has no codes of its own. */
    private static final Map<String, String> EXIT_CODES =
            new TreeMap<>(Map.of("0", "done", "1", "an error", "2", "wrong usage"));

    private static final int NARROWEST_HELP = 60;
    private static final int WIDEST_HELP = 120;

    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    private CommandRunner() {}

    /**
     * Parses the arguments and runs what they ask for. Temporary directories are removed when a signal ends the process.
     *
     * @param root an object with picocli's annotations
     * @param verbose asked when an error is shown: whether to show where it comes from
     * @return the exit code
     */
    public static int run(Object root, BooleanSupplier verbose, String[] arguments) {
        EscapedPrintStream.install();
        Interruption.endAtOnce(TemporaryDirectory::closeAll);
        int exitCode =
                commandLine(root, verbose).setUsageHelpWidth(helpColumns()).execute(arguments);
        return exitCode(exitCode, System.out, isPipe(STANDARD_OUTPUT), System.err);
    }

    /**
     * A stream of text keeps to itself that a disk is full: whoever asked for a file must know.
     *
     * @param pipe whether it is one: it fails where its reader has seen enough, as {@code grep -q} and {@code head} have
     */
    static int exitCode(int exitCode, PrintStream out, boolean pipe, PrintStream err) {
        if (!out.checkError() || pipe || exitCode != CommandLine.ExitCode.OK) {
            return exitCode;
        }
        err.println("stillstream: standard output could not be written; what was printed is not whole");
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** How the arguments are parsed, and how help and errors are shown. */
    public static CommandLine commandLine(Object root, BooleanSupplier verbose) {
        CommandLine commandLine = new CommandLine(root);
        commandLine.getSubcommands().values().forEach(CommandRunner::listExitCodes);
        return commandLine
                .registerConverter(Duration.class, CommandRunner::duration)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setHelpFactory(WholeWordHelp::new)
                .setParameterExceptionHandler(new UsageErrors())
                .setExecutionExceptionHandler(new ErrorMessages(verbose));
    }

    private static void listExitCodes(CommandLine command) {
        UsageMessageSpec help = command.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
        if (help.exitCodeList().isEmpty()) {
            help.exitCodeList(EXIT_CODES);
        }
        command.getSubcommands().values().forEach(CommandRunner::listExitCodes);
    }

    /** As wide as the terminal, as long as lines are easy to read. */
    private static int helpColumns() {
        return Math.max(NARROWEST_HELP, Math.min(Screen.standard().columns(), WIDEST_HELP));
    }

    private static boolean isPipe(Path descriptor) {
        try {
            String opened = Files.readSymbolicLink(descriptor).toString();
            return opened.startsWith("pipe:") || opened.startsWith("socket:");
        } catch (IOException e) {
            // No Linux: a failure is told rather than passed over.
            return false;
        }
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no duration; expected " + e.getMessage());
        }
    }
}
