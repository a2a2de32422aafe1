package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.console.http.RolloutCommands;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rollout as its topic has it, and what somebody clicked on its way to the controller. */
final class RolloutSection implements RolloutCommands, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutSection.class);

    private static final String ACTOR = "console";

    /** Whoever clicks faster than brokers answer is told to wait. */
    private static final int MOST_WAITING = 8;

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Function<String, Optional<SnapshotReference>> snapshots;
    private final ThreadPoolExecutor sending = new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            DaemonThreads.named("console-commands"));
    private @Nullable RolloutReader reader;
    private volatile String champion = "";
    private volatile String failure = "";
    private volatile boolean closed;

    /** @param snapshots finds one by its id */
    RolloutSection(Map<String, Object> kafka, Topics topics, Function<String, Optional<SnapshotReference>> snapshots) {
        this.kafka = kafka;
        this.topics = topics;
        this.snapshots = snapshots;
    }

    /** The id of what serves; empty where nothing does, as far as is known. */
    String champion() {
        return champion;
    }

    /** Called by one thread. */
    synchronized JsonNode read() {
        if (closed) {
            throw new RolloutException("the process stops");
        }
        try {
            if (reader == null) {
                reader = new RolloutReader(kafka, topics.studentRollout());
            }
            RolloutView view = reader.read();
            SnapshotReference serving = view.state().champion();
            champion = serving == null ? "" : serving.id();
            return RolloutJson.of(view, failure, Instant.now());
        } catch (RuntimeException e) {
            if (reader != null) {
                reader.close();
                reader = null;
            }
            throw e;
        }
    }

    @Override
    public boolean send(Click click) {
        try {
            sending.execute(() -> deliver(click));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void deliver(Click click) {
        try (InputSender sender = new InputSender(kafka, topics.rolloutInputs())) {
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
                    null,
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
        closed = true;
        sending.shutdownNow();
        synchronized (this) {
            if (reader != null) {
                reader.close();
            }
        }
    }
}
