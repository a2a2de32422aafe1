package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells the controller to do something, and prints what it decided. */
abstract class ActionCommand implements Callable<Integer> {

    /** A running controller looks several times a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it stands in the history.")
    private String reason = "";

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who; it stands in the history, and nobody checks it (default: this user's name).")
    private String actor = System.getProperty("user.name", "unknown");

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final RolloutVerb verb;

    ActionCommand(RolloutVerb verb) {
        this.verb = verb;
    }

    /** The candidate to start with; null for another verb. */
    @Nullable
    SnapshotReference candidate(Map<String, Object> kafka, StillstreamConfig config) {
        return null;
    }

    /** Whether a promotion is past all steps. */
    boolean full() {
        return false;
    }

    /** What the trainer is told, too; null for nothing. */
    @Nullable
    RewindOptions rewind() {
        return null;
    }

    /** What will be champion; null for none. */
    @Nullable
    SnapshotReference championAfter(RolloutState state) {
        return state.champion();
    }

    @Override
    public final Integer call() {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        StillstreamConfig config = options.config();
        RewindOptions rewind = rewind();
        RewindRequest request = rewind == null ? null : rewind.request();
        Map<String, Object> kafka = RolloutOptions.reach(config);
        String topic = config.topics().studentRollout();
        try (var reader = new RolloutReader(kafka, topic);
                var sender = new InputSender(kafka, config.topics().rolloutInputs())) {
            RolloutView seen = reader.read();
            if (rewind != null && rewind.isDryRun()) {
                rewind.printDryRun(championAfter(seen.state()), config, kafka, out);
                out.flush();
                return ExitCode.OK;
            }
            requireController(seen.heartbeat(), topic);
            String id = UUID.randomUUID().toString();
            sender.send(new RolloutInput.Command(
                    id,
                    verb,
                    actor,
                    reason,
                    candidate(kafka, config),
                    full(),
                    request,
                    seen.state().revision(),
                    Instant.now()));
            RolloutDecision decision = await(reader, seen.decisions().size(), id, topic);
            if (decision.isRefused()) {
                throw new PipelineException(verb.label() + " was refused: " + decision.refusal());
            }
            out.println(decision.to() + " (decision " + decision.number() + ")");
            if (rewind != null) {
                out.flush();
                rewind.printAnswer(decision, config, kafka, out);
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    private static void requireController(@Nullable ControllerHeartbeat heartbeat, String topic) {
        if (heartbeat == null || !heartbeat.isAliveAt(Instant.now())) {
            throw new PipelineException("no controller of " + topic + " runs"
                    + (heartbeat == null ? "" : "; the last sign of one is of " + heartbeat.at())
                    + ", and nothing was commanded. Start one with 'stillstream rollout controller'");
        }
    }

    private static RolloutDecision await(RolloutReader reader, int before, String id, String topic) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            List<byte[]> decisions = reader.read().decisions();
            Optional<RolloutDecision> answer =
                    decisions.subList(Math.min(before, decisions.size()), decisions.size()).stream()
                            .map(RolloutDecisionCodec::decode)
                            .filter(decision -> decision.input().equals(id))
                            .findFirst();
            if (answer.isPresent()) {
                return answer.get();
            }
            pause();
        }
        throw new PipelineException("the controller of " + topic + " has not answered within " + PATIENCE.toSeconds()
                + " s; it may still do so: 'stillstream rollout history' shows whether it did");
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while waiting for the controller", e);
        }
    }
}
