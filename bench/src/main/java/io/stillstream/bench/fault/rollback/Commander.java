package io.stillstream.bench.fault.rollback;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whoever commands the rollout, and waits until it was done. For one thread. */
final class Commander implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 20;

    private final RolloutReader reader;
    private final InputSender sender;
    private int commands;

    Commander(Map<String, Object> kafka) {
        reader = new RolloutReader(kafka, Topics.defaults().studentRollout());
        sender = new InputSender(kafka, Topics.defaults().rolloutInputs());
    }

    RolloutState state() {
        return reader.read().state();
    }

    void start(SnapshotReference candidate) throws InterruptedException {
        command(RolloutVerb.START, candidate, false);
    }

    void command(RolloutVerb verb, boolean full) throws InterruptedException {
        command(verb, null, full);
    }

    private void command(RolloutVerb verb, @Nullable SnapshotReference candidate, boolean full)
            throws InterruptedException {
        long revision = state().revision();
        commands++;
        sender.send(new RolloutInput.Command(
                "command-" + commands,
                verb,
                "bench",
                "",
                candidate,
                full,
                null,
                revision,
                Clock.systemUTC().instant()));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (state().revision() == revision) {
            if (System.nanoTime() > deadline) {
                throw new PipelineException(
                        "'" + verb.label() + "' was not done within " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    void send(RolloutInput input) {
        sender.send(input);
    }

    @Override
    public void close() {
        reader.close();
        sender.close();
    }
}
