package io.stillstream.pipeline.run;

import io.stillstream.follower.RolloutFollower;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.capture.Capture;
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

    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private ProxyStage(Capture capture, ProxyServer server, @Nullable RolloutFollower rollout) {
        this.capture = capture;
        this.server = server;
        this.rollout = rollout;
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
        RolloutFollower rollout = config.proxy().rollout().enabled()
                ? RolloutFollower.start(kafka, config.topics().studentRollout())
                : null;
        try {
            ProxyServer server = ProxyServer.start(
                    config.proxy(),
                    config.capture(),
                    capture,
                    capture::feedback,
                    rollout == null ? Optional::empty : rollout::state,
                    capture,
                    telemetry.proxy());
            ProxyStage stage = new ProxyStage(capture, server, rollout);
            telemetry.health().ready(Stage.PROXY.label(), stage::readiness);
            return stage;
        } catch (RuntimeException e) {
            if (rollout != null) {
                rollout.close();
            }
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
            if (rollout != null) {
                rollout.close();
            }
            capture.close();
        }
    }
}
