package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.RewindWords;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stillstream rollout status}. */
@Command(
        name = "status",
        description = "Show what serves, how far a candidate is, and whether a controller runs.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class StatusCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print the state as JSON, as student-rollout has it.")
    private boolean json;

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        StillstreamConfig config = options.config();
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        Map<String, Object> kafka = RolloutOptions.reach(config);
        try (var reader = new RolloutReader(kafka, config.topics().studentRollout())) {
            RolloutView view = reader.read();
            if (json) {
                out.println(new String(RolloutStateCodec.encode(view.state()), StandardCharsets.UTF_8));
            } else {
                print(view, out);
                printRewind(kafka, config.topics().trainingControl(), out);
            }
        }
        out.flush();
        return ExitCode.OK;
    }

    /** The last one. */
    private static void printRewind(Map<String, Object> kafka, String topic, PrintWriter out) {
        try (var reader = new RewindReader(kafka, topic)) {
            reader.read().stream()
                    .reduce((first, second) -> second)
                    .ifPresent(last -> line(out, "Rewind", RewindWords.text(last)));
        }
    }

    private static void print(RolloutView view, PrintWriter out) {
        RolloutState state = view.state();
        line(out, "Phase", state.phase().label());
        line(out, "Champion", name(state.champion(), "none: production alone serves"));
        SnapshotReference candidate = state.candidate();
        line(out, "Candidate", name(candidate, "none"));
        if (candidate != null) {
            RolloutStep step = state.steps().get(state.step());
            line(out, "Step", (state.step() + 1) + " of " + state.steps().size() + ", " + serves(step));
            line(out, "Goes on", goesOn(state, step));
        }
        if (state.decisions() > 0) {
            line(out, "Since", state.since().toString());
        }
        line(out, "Rejected", state.rejected().size() + " snapshots");
        line(out, "Revision", state.revision() + " (" + state.decisions() + " decisions)");
        line(out, "To be delivered", Integer.toString(view.pending().size()));
        line(out, "Controller", controller(view.heartbeat()));
    }

    private static String serves(RolloutStep step) {
        return step.kind() == RolloutStep.Kind.SHARE
                ? String.format(Locale.ROOT, "%.2f %% of conversations", step.buckets() * 100.0 / RolloutStep.ALL)
                : step.kind().label();
    }

    private static String goesOn(RolloutState state, RolloutStep step) {
        if (step.kind() == RolloutStep.Kind.GATE) {
            return "when the gate lets it pass, or somebody promotes it";
        }
        return state.automatic()
                ? "after " + step.hold() + " and " + state.leastRequests() + " answers"
                : "when somebody promotes";
    }

    private static void line(PrintWriter out, String label, String value) {
        out.printf(Locale.ROOT, "%-16s %s%n", label, value);
    }

    private static String name(@Nullable SnapshotReference snapshot, String otherwise) {
        return snapshot == null ? otherwise : snapshot.id();
    }

    private static String controller(@Nullable ControllerHeartbeat heartbeat) {
        if (heartbeat == null) {
            return "none has ever run; start one with 'stillstream rollout controller'";
        }
        return heartbeat.isAliveAt(Instant.now()) ? "runs" : "none runs: the last sign of one is of " + heartbeat.at();
    }
}
