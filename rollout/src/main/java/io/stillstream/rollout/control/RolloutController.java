package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.rollout.FencedException;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.delivery.DeliveryQueue;
import io.stillstream.rollout.delivery.DeliveryTarget;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller of a rollout, of which there is one: another one that starts takes over. When brokers fail, it begins anew with
 * what they hold, as after a kill.
 */
public final class RolloutController {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutController.class);

    private static final long PAUSE_MILLIS = 1_000;

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final RolloutConfig config;
    private final Path snapshots;
    private final List<DeliveryTarget> others;
    private final Clock clock;
    private final String id = UUID.randomUUID().toString();
    private volatile Runnable whenGivenUp = () -> {};
    private volatile boolean controlling;
    private volatile boolean waiting;
    private volatile boolean stopping;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param snapshots where the trainer's snapshots are, each under its id; what is delivered is read there
     * @param others that are told of transitions beside those of the configuration
     */
    public RolloutController(
            Map<String, Object> kafka,
            Topics topics,
            RolloutConfig config,
            Path snapshots,
            List<DeliveryTarget> others,
            Clock clock) {
        this.kafka = kafka;
        this.topics = topics;
        this.config = config;
        this.snapshots = snapshots;
        this.others = List.copyOf(others);
        this.clock = clock;
    }

    /** Runs something, on any thread, for each transition that somebody could not be told of. To be called before {@link #run}. */
    public void whenGivenUp(Runnable action) {
        whenGivenUp = action;
    }

    /**
     * Controls until {@link #stop} is called.
     *
     * @throws FencedException when another controller has taken over
     */
    public void run() {
        boolean heartbeatWritten = false;
        while (!stopping) {
            waiting = true;
            try {
                if (heartbeatWritten) {
                    requireNoSuccessor();
                }
                try (DeliveryQueue queue = queue();
                        ControllerSession session = ControllerSession.open(kafka, topics, config, queue, clock, id)) {
                    waiting = false;
                    controlling = true;
                    while (!stopping) {
                        session.turn();
                        heartbeatWritten = true;
                    }
                }
            } catch (FencedException e) {
                throw e;
            } catch (KafkaException | RolloutException e) {
                if (!(e instanceof KafkaException || e.getCause() instanceof KafkaException)) {
                    throw e;
                }
                if (AccessDenied.isReasonOf(e)) {
                    throw e instanceof RolloutException told
                            ? told
                            : new RolloutException(
                                    "the rollout cannot be controlled: "
                                            + AccessDenied.reason(
                                                    e,
                                                    "Read or Write",
                                                    RolloutClients.transactionalId(topics.studentRollout())),
                                    e);
                }
                LOG.warn(
                        "the brokers failed ({}{}); beginning anew with what they hold",
                        e.getMessage(),
                        e.getCause() == null ? "" : ": " + e.getCause().getMessage());
                waiting = true;
                pause();
            } finally {
                controlling = false;
            }
        }
    }

    /** Whether it has read the state and obeys commands; not before, nor while it waits for brokers. */
    public boolean controls() {
        return controlling && !stopping;
    }

    /** Whether it waits for brokers or for what they hold, which can take a minute: there is nothing to finish then. */
    public boolean waits() {
        return waiting;
    }

    /** From another thread: ends {@link #run} soon. */
    public void stop() {
        stopping = true;
    }

    /**
     * Not every error by which the brokers stop a controller that another one has replaced says so. Beginning anew, this one would
     * take the topic back.
     */
    private void requireNoSuccessor() {
        try (RolloutReader reader = new RolloutReader(kafka, topics.studentRollout())) {
            ControllerHeartbeat last = reader.read().heartbeat();
            if (last != null && !last.controller().equals(id)) {
                throw new FencedException(topics.studentRollout());
            }
        }
    }

    private DeliveryQueue queue() {
        DeliveryQueue queue = DeliveryQueue.of(config.delivery(), snapshots, others);
        queue.whenGivenUp(whenGivenUp);
        return queue;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RolloutException("interrupted while waiting for the brokers", e);
        }
    }
}
