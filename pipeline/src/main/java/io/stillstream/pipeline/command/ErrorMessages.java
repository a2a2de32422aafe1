package io.stillstream.pipeline.command;

import io.stillstream.contract.file.FileProblem;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.pipeline.terminal.EscapedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Prints an error in one line. Messages of this project's exceptions are written for users; of another exception, the first
 * of ours among its causes is printed, or its own name and message. {@code --verbose} adds the stack trace.
 */
public final class ErrorMessages implements IExecutionExceptionHandler {

    private static final String OURS = "io.stillstream.";

    private static final String RIGHTS =
            "'Access to the cluster' in docs/operations.md lists the rights that each command needs";

    private final BooleanSupplier verbose;

    public ErrorMessages(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = EscapedWriter.errors(command.getErr());
        err.println("stillstream: " + message(failure));
        boolean denied = AccessDenied.isReasonOf(failure);
        if (denied) {
            err.println("stillstream: " + RIGHTS);
        }
        if (verbose.getAsBoolean()) {
            failure.printStackTrace(err);
        } else if (!denied && !isOurs(failure)) {
            err.println("stillstream: --verbose prints the stack trace");
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** What is printed of it. */
    public static String message(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isOurs(cause)) {
                return String.valueOf(cause.getMessage());
            }
        }
        if (failure instanceof IOException file) {
            return FileProblem.of(file);
        }
        return AccessDenied.isReasonOf(failure)
                ? AccessDenied.reason(failure, "Read or Write", "")
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    private static boolean isOurs(Throwable failure) {
        return failure.getClass().getName().startsWith(OURS);
    }
}
