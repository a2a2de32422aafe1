package io.stillstream.pipeline.run;

import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.capture.Capture;
import io.stillstream.producer.proxy.ProxyServer;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionKey;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;

/** The proxy of a process, and the capture of what passes through it. Kafka need not be there. */
public final class ProxyStage implements AutoCloseable {

    private final Capture capture;
    private final ProxyServer server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private ProxyStage(Capture capture, ProxyServer server) {
        this.capture = capture;
        this.server = server;
    }

    /**
     * Listens, passes calls on, and sends what is captured of them to the prompts topic.
     *
     * @param bootstrapServers of the cluster
     */
    public static ProxyStage start(StillstreamConfig config, String bootstrapServers, Telemetry telemetry) {
        Cluster.requireWritable(config.dataDirectory());
        Capture capture = Capture.start(
                config.capture(),
                config.traffic().heldOutFraction(),
                config.topics(),
                config.kafka().clientProperties(bootstrapServers),
                config.dataDirectory(),
                Redaction.open(config.redaction(), config.dataDirectory(), telemetry),
                RedactionKey.open(config.redaction(), config.dataDirectory()),
                telemetry);
        try {
            ProxyServer server =
                    ProxyServer.start(config.proxy(), config.capture(), capture, capture::feedback, telemetry.proxy());
            ProxyStage stage = new ProxyStage(capture, server);
            telemetry.health().ready(Stage.PROXY.label(), stage::readiness);
            return stage;
        } catch (RuntimeException e) {
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
            capture.close();
        }
    }
}
