package io.stillstream.pipeline.run;

import io.stillstream.follower.RolloutFollower;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.capture.Capture;
import io.stillstream.producer.outcome.OutcomeWriter;
import io.stillstream.producer.proxy.ProxyServer;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionKey;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The proxy of a process, and the capture of what passes through it. Kafka need not be there. */
public final class ProxyStage implements AutoCloseable {

    private final Capture capture;
    private final ProxyServer server;
    /** Null where the rollout sends no calls anywhere. */
    private final @Nullable RolloutFollower rollout;

    private final @Nullable OutcomeWriter outcomes;

    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private ProxyStage(
            Capture capture, ProxyServer server, @Nullable RolloutFollower rollout, @Nullable OutcomeWriter outcomes) {
        this.capture = capture;
        this.server = server;
        this.rollout = rollout;
        this.outcomes = outcomes;
    }

    /**
     * Listens, passes calls on, and sends what is captured of them to the prompts topic.
     *
     * @param bootstrapServers of the cluster
     */
    public static ProxyStage start(StillstreamConfig config, String bootstrapServers, Telemetry telemetry) {
        Cluster.requireWritable(config.dataDirectory());
        Map<String, Object> kafka = config.kafka().clientProperties(bootstrapServers);
        Capture capture = Capture.start(
                config.capture(),
                config.traffic().heldOutFraction(),
                config.topics(),
                kafka,
                config.dataDirectory(),
                Redaction.open(config.redaction(), config.dataDirectory(), telemetry),
                RedactionKey.open(config.redaction(), config.dataDirectory()),
                telemetry);
        RolloutFollower rollout = null;
        OutcomeWriter outcomes = null;
        try {
            var meters = telemetry.proxy();
            KnownRollout known = null;
            if (config.proxy().rollout().enabled()) {
                rollout = RolloutFollower.start(kafka, config.topics().studentRollout());
                outcomes = OutcomeWriter.start(kafka, config.topics().servedOutcomes(), telemetry.outcomes());
                known = new KnownRollout(rollout, config.proxy().rollout().stateMaxAge());
                meters.rollout(rollout::unconfirmed, rollout::unreadable);
            }
            ProxyServer server = ProxyServer.start(
                    config.proxy(),
                    config.capture(),
                    capture,
                    capture::feedback,
                    known == null ? Optional::empty : known,
                    capture,
                    outcomes == null ? outcome -> {} : outcomes,
                    meters);
            ProxyStage stage = new ProxyStage(capture, server, rollout, outcomes);
            telemetry.health().ready(Stage.PROXY.label(), stage::readiness);
            return stage;
        } catch (RuntimeException e) {
            close(rollout, outcomes);
            capture.close();
            throw e;
        }
    }

    /** Where callers reach it. */
    public URI address() {
        return server.address();
    }

    /** Takes no more calls, and waits for the open ones. */
    public void drain() {
        draining = true;
        server.drain();
    }

    private HealthCheck readiness() {
        return draining ? HealthCheck.failed("stopping") : HealthCheck.passed("listening at " + server.address());
    }

    /** Ends the calls that are open, and sends what was captured, within {@code capture.drain-timeout}. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.close();
            close(rollout, outcomes);
            capture.close();
        }
    }

    private static void close(@Nullable RolloutFollower rollout, @Nullable OutcomeWriter outcomes) {
        if (rollout != null) {
            rollout.close();
        }
        if (outcomes != null) {
            outcomes.close();
        }
    }
}
