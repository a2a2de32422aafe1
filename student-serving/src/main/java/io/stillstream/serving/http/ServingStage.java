package io.stillstream.serving.http;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.ServingMeters;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.serving.weights.AliasSource;
import io.stillstream.serving.weights.Follow;
import io.stillstream.serving.weights.ServedWeights;
import io.stillstream.serving.weights.SnapshotLoader;
import io.stillstream.serving.weights.SnapshotSource;
import io.stillstream.serving.weights.TopicSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** The server of a process: which weights it serves, and where. */
public final class ServingStage implements AutoCloseable {

    private final ServedWeights weights;
    private final ServingServer server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private ServingStage(ServedWeights weights, ServingServer server) {
        this.weights = weights;
        this.server = server;
    }

    /**
     * Serves the configured student, or what is followed, as soon as that is there.
     *
     * @param trainerDirectory a trainer's data directory
     * @param kafka client properties, which following the topic needs
     * @throws io.stillstream.serving.ServingException when the student cannot be served, or the address cannot be had
     */
    public static ServingStage start(
            ServingConfig config, Path trainerDirectory, Topics topics, Map<String, ?> kafka, Telemetry telemetry) {
        ServingMeters meters = telemetry.serving();
        var loader = new SnapshotLoader(config.engine(), Clock.systemUTC());
        Path student = config.student();
        ServedWeights weights = student != null
                ? ServedWeights.fixed(student, loader, meters)
                : ServedWeights.following(
                        source(config.follow(), trainerDirectory, topics, kafka), config.followEvery(), loader, meters);
        try {
            ServingServer server = ServingServer.start(config, weights, meters, Clock.systemUTC());
            var stage = new ServingStage(weights, server);
            telemetry.health().ready(Stage.SERVING.label(), stage::readiness);
            return stage;
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static SnapshotSource source(Follow follow, Path trainerDirectory, Topics topics, Map<String, ?> kafka) {
        return follow == Follow.TOPIC
                ? TopicSource.open(kafka, topics.studentSnapshots(), trainerDirectory)
                : new AliasSource(trainerDirectory, follow.label());
    }

    /** Where callers reach it. */
    public URI address() {
        return server.address();
    }

    /** Where the weights come from, in words. */
    public String describe() {
        return weights.describe();
    }

    /** Takes no more requests, and waits for the open ones. */
    public void drain() {
        draining = true;
        server.drain();
    }

    private HealthCheck readiness() {
        if (draining) {
            return HealthCheck.failed("stopping");
        }
        return weights.current()
                .map(snapshot -> HealthCheck.passed("serving " + snapshot.id() + " at " + server.address()))
                .orElseGet(() -> HealthCheck.failed("no snapshot yet: " + weights.describe()));
    }

    /** Ends the requests that are open, and frees the weights. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.close();
            weights.close();
        }
    }
}
