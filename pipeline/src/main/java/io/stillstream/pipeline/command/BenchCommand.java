package io.stillstream.pipeline.command;

import io.stillstream.pipeline.terminal.EscapedWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Says where the benchmarks are. They are not shipped with the product. */
@Command(name = "bench", hidden = true, description = "The benchmarks are in ./stillstream-bench.")
public final class BenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        EscapedWriter.errors(spec.commandLine().getErr())
                .println("stillstream: benchmarks have a command of their own: "
                        + ("./stillstream-bench " + String.join(" ", arguments)).strip());
        return ExitCode.USAGE;
    }
}
