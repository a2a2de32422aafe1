package io.stillstream.pipeline.command;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Says what went wrong in one line. Exceptions of this project are written for users; of any other, the first of ours
 * that explains it is shown, or its own name and message. {@code --verbose} adds the stack trace.
 */
public final class ErrorMessages implements IExecutionExceptionHandler {

    private static final String OURS = "io.stillstream.";

    private final BooleanSupplier verbose;

    public ErrorMessages(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("stillstream: " + message(failure));
        if (verbose.getAsBoolean()) {
            failure.printStackTrace(err);
        } else if (!isOurs(failure)) {
            err.println("stillstream: --verbose shows where");
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String message(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isOurs(cause)) {
                return String.valueOf(cause.getMessage());
            }
        }
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    private static boolean isOurs(Throwable failure) {
        return failure.getClass().getName().startsWith(OURS);
    }
}
