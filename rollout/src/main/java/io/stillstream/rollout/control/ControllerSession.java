package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutInput.Command;
import io.stillstream.contract.rollout.RolloutInput.Judgement;
import io.stillstream.contract.rollout.RolloutInput.Observation;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.delivery.DeliveryQueue;
import io.stillstream.rollout.state.Decided;
import io.stillstream.rollout.state.RolloutEvent;
import io.stillstream.rollout.state.RolloutMachine;
import io.stillstream.rollout.state.RolloutOutcome;
import io.stillstream.rollout.state.RolloutOutcome.Held;
import io.stillstream.rollout.state.RolloutOutcome.Refused;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a controller does from the moment it has taken the topic: it begins with the state found there, obeys one input after the
 * other, and moves on when time has passed. Nothing that it knows is kept outside Kafka. A decision, the state after it, the
 * place in the inputs and what is to be delivered are one transaction; observations since the last decision are read again by
 * the next session and so count once, in whichever session the decision is made.
 */
final class ControllerSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerSession.class);

    /** The name in decisions that nobody commanded. */
    private static final String CONTROLLER = "controller";

    /** The name in decisions that the gate led to. */
    private static final String GATE = "gate";

    /** How many heartbeats may be missing before a controller counts as gone. */
    private static final int HEARTBEATS = 5;

    /** How long an input may have to wait, which is also how late a step may follow. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final RolloutWriter writer;
    private final InputReader inputs;
    private final Supplier<Map<Integer, Long>> ends;
    private final DeliveryQueue queue;
    private final RolloutConfig config;
    private final Clock clock;
    private final String id;
    private RolloutState state;
    private long requests;
    private Instant lastHeartbeat = Instant.MIN;

    /**
     * @param ends of {@code teacher-targets}, now
     * @param id in heartbeats
     */
    private ControllerSession(
            RolloutWriter writer,
            InputReader inputs,
            Supplier<Map<Integer, Long>> ends,
            DeliveryQueue queue,
            RolloutConfig config,
            Clock clock,
            String id,
            RolloutView found) {
        this.writer = writer;
        this.inputs = inputs;
        this.ends = ends;
        this.queue = queue;
        this.config = config;
        this.clock = clock;
        this.id = id;
        this.state = found.state();
        this.requests = state.requests();
    }

    /**
     * Takes the topic from whatever controller had it, reads what it left, and takes up its deliveries.
     *
     * @param id of this controller, in heartbeats
     */
    static ControllerSession open(
            Map<String, Object> kafka,
            Topics topics,
            RolloutConfig config,
            DeliveryQueue queue,
            Clock clock,
            String id) {
        RolloutClients clients = new RolloutClients(kafka);
        RolloutWriter writer = new RolloutWriter(clients.transactionalProducer(topics.studentRollout()), topics);
        try {
            // Only then can the one before write nothing more, and what is read is the last.
            writer.begin();
            RolloutView found;
            try (RolloutReader reader = new RolloutReader(kafka, topics.studentRollout())) {
                found = reader.read();
            }
            var inputs = new InputReader(
                    clients.consumer(), topics.rolloutInputs(), found.state().inputs());
            LOG.info(
                    "controlling {} from decision {}: {}",
                    topics.studentRollout(),
                    found.state().decisions(),
                    found.state().point());
            // What is delivered is written as delivered at once: until then a kill would have it delivered again.
            queue.whenDone(inputs::wakeUp);
            found.pending().forEach(queue::offer);
            return new ControllerSession(
                    writer, inputs, () -> clients.ends(topics.teacherTargets()), queue, config, clock, id, found);
        } catch (RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    /** Does what is to be done now; to be called again and again. */
    void turn() {
        heartbeat();
        List<RolloutDelivery> done = queue.takeDone();
        if (!done.isEmpty()) {
            writer.delivered(done);
        }
        RolloutInput input = inputs.poll(LOOK);
        if (input instanceof Command command) {
            obey(command);
        } else if (input instanceof Observation observation) {
            consider(observation);
        } else if (input instanceof Judgement judgement) {
            obey(judgement);
        }
        // After an input too: they may come without a pause.
        apply(new RolloutEvent.Elapsed(requests), CONTROLLER, "", "", Map.of("requests", Long.toString(requests)));
    }

    private void heartbeat() {
        Instant now = clock.instant();
        // A clock that was set back must not silence it.
        if (Duration.between(lastHeartbeat, now).abs().compareTo(config.heartbeat()) >= 0) {
            writer.write(new ControllerHeartbeat(id, now, config.heartbeat().multipliedBy(HEARTBEATS)));
            lastHeartbeat = now;
        }
    }

    private void obey(Command command) {
        boolean stale = command.revision() != state.revision();
        // What takes a candidate out of the way is obeyed whatever has happened since.
        boolean careful = command.verb() == RolloutVerb.START
                || command.verb() == RolloutVerb.PROMOTE
                || command.verb() == RolloutVerb.RESUME;
        RolloutEvent event = event(command);
        if (stale && careful) {
            record(
                    new Refused("the rollout is at revision " + state.revision() + ", and the command was given at "
                            + command.revision() + "; look at it again"),
                    event.verb(),
                    cause(command.id(), command.actor(), command.reason(), Map.of()));
        } else {
            RolloutOutcome outcome = RolloutMachine.apply(state, event, clock.instant());
            Map<String, String> evidence = asked(command.rewind());
            record(
                    outcome,
                    event.verb(),
                    cause(command.id(), command.actor(), command.reason(), evidence),
                    command.rewind());
        }
    }

    /** What a decision tells of a rewind that was asked for. */
    private static Map<String, String> asked(@Nullable RewindRequest rewind) {
        return rewind == null
                ? Map.of()
                : Map.of(
                        "rewind",
                        rewind.trainer().isEmpty() ? "the trainer of the champion" : rewind.trainer(),
                        "quarantine",
                        rewind.quarantine().toString());
    }

    private RolloutEvent event(Command command) {
        SnapshotReference candidate = command.candidate();
        return switch (command.verb()) {
            case PROMOTE -> new RolloutEvent.Promote(command.full());
            case PAUSE -> new RolloutEvent.Pause();
            case RESUME -> new RolloutEvent.Resume();
            case ABORT -> new RolloutEvent.Abort();
            case ROLLBACK -> new RolloutEvent.Rollback(command.rewind() != null);
            case REWIND -> new RolloutEvent.Rewind();
            default -> {
                if (candidate == null) {
                    throw new IllegalStateException("the command " + command.id() + " is checked when it is read");
                }
                yield new RolloutEvent.Start(candidate, config.plan());
            }
        };
    }

    private void consider(Observation observation) {
        SnapshotReference candidate = state.candidate();
        if (candidate == null || !candidate.id().equals(observation.candidate())) {
            return;
        }
        requests = Math.max(requests, requests + observation.requests());
        if (!observation.alarm().isEmpty()) {
            apply(
                    new RolloutEvent.Alarm(candidate.id(), observation.alarm(), observation.evidence()),
                    CONTROLLER,
                    observation.id(),
                    "",
                    observation.evidence());
        }
    }

    private void obey(Judgement judgement) {
        RolloutEvent event = judgement.passed()
                ? new RolloutEvent.GatePassed(judgement.candidate(), judgement.reason())
                : new RolloutEvent.Alarm(judgement.candidate(), judgement.reason(), judgement.evidence());
        apply(event, GATE, judgement.id(), "", judgement.evidence());
    }

    private void apply(RolloutEvent event, String actor, String input, String reason, Map<String, String> evidence) {
        RolloutOutcome outcome = RolloutMachine.apply(state, event, clock.instant());
        if (!(outcome instanceof Held)) {
            record(outcome, event.verb(), cause(input, actor, reason, evidence));
        }
    }

    private Decided.Cause cause(String input, String actor, String reason, Map<String, String> evidence) {
        return new Decided.Cause(input, actor, reason, evidence, requests, inputs.next(), clock.instant());
    }

    private void record(RolloutOutcome outcome, RolloutVerb verb, Decided.Cause cause) {
        record(outcome, verb, cause, null);
    }

    /** @param rewind what the trainer is told if that is what is decided */
    private void record(RolloutOutcome outcome, RolloutVerb verb, Decided.Cause cause, @Nullable RewindRequest rewind) {
        Decided decided;
        List<RolloutDelivery> deliveries = List.of();
        if (outcome instanceof Transition transition) {
            decided = Decided.transition(state, transition, verb, cause);
            deliveries = deliveries(decided);
        } else if (outcome instanceof Refused refused) {
            decided = Decided.refusal(state, refused, verb, cause);
        } else {
            return;
        }
        writer.write(decided, deliveries, order(decided, rewind));
        LOG.info(
                "decision {}, {} by {}: {}",
                decided.decision().number(),
                verb.label(),
                cause.actor(),
                decided.decision().isRefused()
                        ? "refused, " + decided.decision().refusal()
                        : decided.decision().to());
        state = decided.state();
        requests = state.requests();
        deliveries.forEach(queue::offer);
    }

    private @Nullable RewindOrder order(Decided decided, @Nullable RewindRequest rewind) {
        SnapshotReference champion = decided.state().champion();
        if (rewind == null || champion == null || decided.decision().isRefused()) {
            return null;
        }
        return new RewindOrder(
                decided.state().head(),
                decided.decision().number(),
                rewind,
                champion.id(),
                champion.contentHash(),
                ends.get(),
                decided.decision().at());
    }

    private List<RolloutDelivery> deliveries(Decided decided) {
        List<RolloutDelivery> deliveries = new ArrayList<>();
        RolloutState after = decided.state();
        @Nullable SnapshotReference candidate = after.candidate();
        queue.targets().forEach(target -> {
            var delivery = new RolloutDelivery(
                    decided.decision().number(),
                    target.name(),
                    decided.decision().verb(),
                    decided.decision().to(),
                    decided.before().champion(),
                    after.champion(),
                    candidate,
                    decided.rejected(),
                    decided.decision().at());
            if (target.concerns(delivery)) {
                deliveries.add(delivery);
            }
        });
        return deliveries;
    }

    @Override
    public void close() {
        queue.whenDone(() -> {});
        inputs.close();
        writer.close();
    }
}
