package io.stillstream.pipeline.run;

import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.capture.CallSink;
import io.stillstream.producer.capture.CapturedCall;
import io.stillstream.producer.proxy.ProxyServer;
import java.net.URI;
import java.util.Map;

/** The proxy of a process, and what becomes of the calls that pass through it. */
public final class ProxyStage implements AutoCloseable {

    /** Calls pass through, and nothing is kept of them. */
    private static final CallSink NOTHING = new CallSink() {
        @Override
        public boolean wants(String path, Map<String, String> headers) {
            return false;
        }

        @Override
        public void offer(CapturedCall call) {}
    };

    private final ProxyServer server;
    private volatile boolean draining;

    private ProxyStage(ProxyServer server) {
        this.server = server;
    }

    /** Listens and passes calls on. */
    public static ProxyStage start(StillstreamConfig config, String bootstrapServers, Telemetry telemetry) {
        ProxyServer server = ProxyServer.start(config.proxy(), config.capture(), NOTHING, telemetry.proxy());
        ProxyStage stage = new ProxyStage(server);
        telemetry.health().ready(Stage.PROXY.label(), stage::readiness);
        return stage;
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

    @Override
    public void close() {
        server.close();
    }
}
