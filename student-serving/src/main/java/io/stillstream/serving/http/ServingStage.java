package io.stillstream.serving.http;

import io.stillstream.contract.Topics;
import io.stillstream.follower.RolloutFollower;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.onpolicy.AnswerPromptsConfig;
import io.stillstream.serving.onpolicy.OnPolicyLane;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.serving.weights.ServedWeights;
import io.stillstream.serving.weights.SnapshotLoader;
import io.stillstream.serving.weights.SnapshotSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The server of a process: which weights it serves, and where. */
public final class ServingStage implements AutoCloseable {

    private static final String BROKERS = "bootstrap.servers";

    /** What a server follows that serves one directory, in its meters. */
    private static final String DIRECTORY = "directory";

    /** How long a start waits for the rollout's state. */
    private static final Duration FIRST_STATE = Duration.ofSeconds(3);

    /** How long a start waits to say whether there is anything to serve. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    private final ServedWeights weights;
    private final ServingServer server;
    private final @Nullable OnPolicyLane lane;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private ServingStage(ServedWeights weights, ServingServer server, @Nullable OnPolicyLane lane) {
        this.weights = weights;
        this.server = server;
        this.lane = lane;
    }

    /**
     * Listens, and serves the configured student, or what is followed as soon as that is there. Until then callers get a 503.
     *
     * @param trainerDirectory a trainer's data directory
     * @param kafka client properties; where they name brokers, nothing is served that the rollout has rejected
     * @throws ServingException when the student cannot be served, or the address cannot be had
     */
    public static ServingStage start(
            ServingConfig config, Path trainerDirectory, Topics topics, Map<String, ?> kafka, Telemetry telemetry) {
        String follow = config.student() == null ? config.follow().label() : DIRECTORY;
        ServingMeters meters = telemetry.serving(follow);
        var loader = new SnapshotLoader(config.engine(), Clock.systemUTC());
        boolean brokers = kafka.containsKey(BROKERS)
                && !String.valueOf(kafka.get(BROKERS)).isBlank();
        AnswerPromptsConfig answerPrompts = config.answerPrompts();
        if (answerPrompts.enabled() && !brokers) {
            throw new ServingException(
                    "serving.answer-prompts.share is " + answerPrompts.share()
                            + ", and what prompts there are, brokers know; expected kafka.bootstrap-servers (--bootstrap-servers HOST:PORT), or a share of 0");
        }
        RolloutFollower rollout = brokers ? RolloutFollower.start(kafka, topics.studentRollout()) : null;
        var weights = new ServedWeights(
                SnapshotSource.of(
                        config.student(),
                        config.follow(),
                        config.preloadCandidate(),
                        trainerDirectory,
                        topics,
                        kafka,
                        rollout),
                loader,
                meters);
        ServingServer server = null;
        try {
            // First: whoever has the port is found before a model is loaded.
            server = ServingServer.start(config, weights, meters, Clock.systemUTC());
            if (rollout != null) {
                rollout.await(FIRST_STATE);
            }
            if (config.student() != null) {
                weights.load();
            }
            weights.follow(config.followEvery(), rollout);
            weights.awaitLook(FIRST_LOOK);
            OnPolicyLane lane = answerPrompts.enabled()
                    ? OnPolicyLane.start(answerPrompts, kafka, topics.prompts(), weights, telemetry.onPolicy(follow))
                    : null;
            return new ServingStage(weights, server, lane);
        } catch (RuntimeException e) {
            if (server != null) {
                server.close();
            }
            weights.close();
            throw e;
        }
    }

    /** Where callers reach it. */
    public URI address() {
        return server.address();
    }

    ServedWeights weights() {
        return weights;
    }

    /** Where the weights come from, in words. */
    public String describe() {
        return weights.describe();
    }

    /** Why nothing is served; empty where something is. */
    public Optional<String> waiting() {
        return weights.current().isPresent() ? Optional.empty() : Optional.of(weights.waiting());
    }

    /** Takes no more requests, and waits for the open ones. */
    public void drain() {
        draining = true;
        endLane();
        server.drain();
    }

    /** Fails when only a restart can help: a snapshot whose engine has failed was loaded again, and that did not help. */
    public HealthCheck liveness() {
        return weights.isBeyondRepair()
                ? HealthCheck.failed(weights.waiting())
                : HealthCheck.passed("at " + server.address());
    }

    /** Whether there is something to serve, and an engine that answers. */
    public HealthCheck readiness() {
        if (draining) {
            return HealthCheck.failed("stopping");
        }
        return weights.current()
                .map(this::serving)
                .orElseGet(() -> HealthCheck.failed("no snapshot of " + weights.describe() + ": " + weights.waiting()));
    }

    private HealthCheck serving(ServedSnapshot snapshot) {
        if (snapshot.engine().hasFailed()) {
            return HealthCheck.failed("the decode engine of " + snapshot.id() + " has failed; the log says why");
        }
        return HealthCheck.passed("serving " + snapshot.id() + " at " + server.address()
                + weights.loadedAhead()
                        .map(next -> "; " + next + " is loaded ahead")
                        .orElse(""));
    }

    /** Ends the requests that are open, and frees the weights. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            endLane();
            server.close();
            weights.close();
        }
    }

    private void endLane() {
        if (lane != null) {
            lane.close();
        }
    }
}
