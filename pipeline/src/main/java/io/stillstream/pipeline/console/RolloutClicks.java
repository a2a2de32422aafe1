package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.console.http.RolloutCommands;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.text.OneLine;
import io.stillstream.contract.text.Printable;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.control.InputSender;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What somebody clicked, on its way to the controller; and what taking the trainer back would come to. */
final class RolloutClicks implements RolloutCommands, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutClicks.class);

    private static final String ACTOR = "console";

    /** Whoever clicks faster than brokers answer is told to wait. */
    private static final int MOST_WAITING = 8;

    /** Of a preview: a tenant has one. */
    private static final int MOST_LINES = 40;

    private final Map<String, Object> kafka;
    private final String inputs;
    private final Function<String, Optional<SnapshotReference>> snapshots;
    private final Supplier<RolloutState> state;
    private final Preview preview;
    private final ThreadPoolExecutor sending = new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            DaemonThreads.named("console-commands"));
    private volatile String failure = "";
    private volatile JsonNode previewed = JsonNodeFactory.instance.objectNode();

    /** Says in lines what the trainer would do; throws where it would refuse. */
    @FunctionalInterface
    interface Preview {

        /** @param champion that would be gone back to; null without one */
        List<String> lines(@Nullable SnapshotReference champion, Quarantine quarantine);
    }

    /**
     * @param inputs the topic of commands
     * @param snapshots finds one by its id
     * @param state as it was last read
     */
    RolloutClicks(
            Map<String, Object> kafka,
            String inputs,
            Function<String, Optional<SnapshotReference>> snapshots,
            Supplier<RolloutState> state,
            Preview preview) {
        this.kafka = kafka;
        this.inputs = inputs;
        this.snapshots = snapshots;
        this.state = state;
        this.preview = preview;
    }

    /** Why the last command was not sent; empty where it was. */
    String failure() {
        return failure;
    }

    /** The last dry run, by the id of its click: lines, or a problem. */
    JsonNode previewed() {
        return previewed;
    }

    @Override
    public boolean send(Click click) {
        try {
            sending.execute(() -> {
                if (click.dryRun()) {
                    preview(click);
                } else {
                    deliver(click);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void preview(Click click) {
        ObjectNode told = JsonNodeFactory.instance.objectNode().put("id", click.id());
        try {
            ArrayNode lines = told.putArray("lines");
            preview.lines(championAfter(click), Quarantine.parse(click.quarantine())).stream()
                    .limit(MOST_LINES)
                    .forEach(line -> lines.add(Printable.line(line)));
        } catch (RuntimeException e) {
            told.put("problem", OneLine.of(e.getMessage()));
        }
        previewed = told;
    }

    /** What the trainer would be taken back to: a rollback changes it where there is no candidate. */
    private @Nullable SnapshotReference championAfter(Click click) {
        RolloutState now = state.get();
        return RolloutVerb.parse(click.verb()) == RolloutVerb.ROLLBACK && now.candidate() == null
                ? now.previous()
                : now.champion();
    }

    private void deliver(Click click) {
        try (InputSender sender = new InputSender(kafka, inputs)) {
            SnapshotReference candidate = click.candidate().isEmpty()
                    ? null
                    : snapshots
                            .apply(click.candidate())
                            .orElseThrow(() -> new RolloutException(
                                    "there is no snapshot " + click.candidate() + " in the trainer's directory"));
            sender.send(new RolloutInput.Command(
                    click.id(),
                    RolloutVerb.parse(click.verb()),
                    ACTOR,
                    click.reason(),
                    candidate,
                    click.full(),
                    click.quarantine().isEmpty() ? null : new RewindRequest("", Quarantine.parse(click.quarantine())),
                    click.revision(),
                    Instant.now()));
            failure = "";
        } catch (RuntimeException e) {
            LOG.warn("the console's command {} was not sent: {}", click.verb(), e.getMessage());
            failure = click.verb() + " was not sent: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        sending.shutdownNow();
    }
}
