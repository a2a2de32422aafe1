package io.stillstream.pipeline.command.snapshot;

import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.rewind.Rewind;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Returns training to a snapshot. */
@Command(
        name = "rewind",
        description =
                "Return training to a snapshot: the trainer, which must not be running, continues from it at its next"
                        + " start. Later steps stay in the ledger as an abandoned branch.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RewindCommand implements Callable<Integer> {

    @Option(
            names = "--to",
            required = true,
            paramLabel = "SNAPSHOT",
            description = "An id listed by 'stillstream snapshots', the beginning of one, or an alias.")
    private String to = "";

    @Option(
            names = "--skip",
            paramLabel = "PARTITION@FROM..TO",
            description = "Offsets of teacher-targets that are no longer trained on, TO included. Repeatable. They stay"
                    + " skipped after later rewinds.")
    private List<String> skip = new ArrayList<>();

    @Option(names = "--forget-skipped", description = "Train again on what earlier rewinds skipped.")
    private boolean forget;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        List<OffsetRange> ranges = skip.stream().map(OffsetRange::parse).toList();
        Path directory = data.trainerDirectory();
        Rewind.Result result = new Rewind(directory).to(to, ranges, forget);
        out.printf(
                Locale.ROOT,
                "training in %s continues from %s, step %,d; %,d later steps are abandoned%n",
                directory,
                result.to(),
                result.step(),
                result.abandonedSteps());
        if (!result.passedOver().isNothing()) {
            out.println("no longer trained on: " + result.passedOver().summary());
        }
        return 0;
    }
}
