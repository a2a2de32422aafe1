package io.stillstream.pipeline.command.rollout;

import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.PublishedSnapshots;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.rollout.control.RolloutRepair;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stillstream rollout repair}. */
@Command(
        name = "repair",
        description = {
            "Rebuild a state that cannot be read from the decisions, and remove what else cannot be.",
            "For a controller that ends with an error about a record of student-rollout. A candidate whose state was"
                    + " lost is aborted; start it again. A controller that runs ends."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RepairCommand implements Callable<Integer> {

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who; it stands in the history, and nobody checks it (default: this user's name).")
    private String actor = System.getProperty("user.name", "unknown");

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        StillstreamConfig config = options.config();
        Map<String, Object> kafka = RolloutOptions.reach(config);
        var published = PublishedSnapshots.read(kafka, config.topics().studentSnapshots());
        List<String> done = new RolloutRepair(kafka, config.topics(), published::find, Clock.systemUTC()).run(actor);
        done.forEach(out::println);
        out.println(
                done.isEmpty()
                        ? "all of " + config.topics().studentRollout() + " can be read; nothing was changed"
                        : "start the controller again");
        out.flush();
        return ExitCode.OK;
    }
}
