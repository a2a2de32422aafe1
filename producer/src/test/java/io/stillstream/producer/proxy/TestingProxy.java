package io.stillstream.producer.proxy;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.http.TlsConfig;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.config.RolloutRouting;
import io.stillstream.producer.proxy.config.UpstreamConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A proxy in this process, whose captured calls a test can look at. */
final class TestingProxy implements AutoCloseable {

    private final BlockingQueue<CapturedCall> calls = new LinkedBlockingQueue<>();
    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PROXY);
    private final AtomicReference<Optional<RolloutState>> rollout = new AtomicReference<>(Optional.empty());
    private final BlockingQueue<ServedOutcome> outcomes = new LinkedBlockingQueue<>();
    private final ProxyServer server;

    TestingProxy(ProxyConfig config) {
        this(config, CaptureConfig.defaults());
    }

    TestingProxy(ProxyConfig config, CaptureConfig capture) {
        this(config, capture, call -> {});
    }

    /** @param captured told of each call on the thread that ends it */
    TestingProxy(ProxyConfig config, CaptureConfig capture, Consumer<CapturedCall> captured) {
        CallSink sink = new CallSink() {
            @Override
            public boolean wants(String path, Map<String, String> headers) {
                return path.endsWith("/chat/completions");
            }

            @Override
            public void offer(CapturedCall call) {
                calls.add(call);
                captured.accept(call);
            }
        };
        server = ProxyServer.start(
                config,
                capture,
                sink,
                TestingProxy::feedback,
                rollout::get,
                TestingProxy::conversation,
                outcomes::add,
                telemetry.proxy());
    }

    /** What the header says; the model and tools are looked for by their spelling. */
    private static Optional<CalledConversation> conversation(
            Map<String, String> headers, @Nullable String caller, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return Optional.ofNullable(headers.get("x-conversation-id"))
                .map(id -> new CalledConversation(
                        id,
                        "acme",
                        text.contains("other-model") ? "other-model" : "gpt-5",
                        text.contains("\"tools\"")));
    }

    /** What the rollout is at from now on; null where that is not known. */
    void rollout(@Nullable RolloutState state) {
        rollout.set(Optional.ofNullable(state));
    }

    /** Says what it was given. */
    private static FeedbackAnswer feedback(byte[] json, Map<String, String> headers, String caller) {
        return new FeedbackAnswer(
                202, new String(json, StandardCharsets.UTF_8) + " " + new TreeMap<>(headers) + " " + caller);
    }

    /** A proxy before three upstreams, which the rollout shares calls out among. */
    static TestingProxy sharing(RawUpstream production, RawUpstream champion, RawUpstream canary, Duration firstByte) {
        var main = new UpstreamConfig(production.url() + "/v1", "/openai", List.of(), "", "authorization");
        var routing = new RolloutRouting(
                "champion", "canary", "student", List.of("gpt-*"), 4096, firstByte, Duration.ofMinutes(1), 2, 8);
        return new TestingProxy(config(Map.of("main", main), firstByte, Duration.ofSeconds(20))
                .routing(routing, champion.url() + "/v1", canary.url() + "/v1"));
    }

    static TestingProxy before(RawUpstream upstream) {
        return new TestingProxy(config(upstream));
    }

    static ProxyConfig config(RawUpstream upstream) {
        return config(Map.of("main", UpstreamConfig.at(upstream.url())));
    }

    static ProxyConfig config(Map<String, UpstreamConfig> upstreams) {
        return config(upstreams, Duration.ofSeconds(20), Duration.ofSeconds(20));
    }

    static ProxyConfig config(Map<String, UpstreamConfig> upstreams, Duration firstByte, Duration idle) {
        ProxyConfig usual = ProxyConfig.defaults();
        return new ProxyConfig(
                usual.host(),
                0,
                "",
                TlsConfig.none(),
                upstreams,
                RolloutRouting.defaults(),
                Duration.ofSeconds(2),
                firstByte,
                idle,
                usual.upstreamKeepAlive(),
                usual.drainTimeout(),
                usual.maxConnections(),
                usual.maxHeaderBytes(),
                usual.copyBudgetBytes(),
                usual.modelScanBytes());
    }

    URI address() {
        return server.address();
    }

    ProxyServer server() {
        return server;
    }

    Telemetry telemetry() {
        return telemetry;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(address().getHost(), address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(15_000);
        return socket;
    }

    /** Everything that the proxy answers on a connection of its own that asks to be closed. */
    byte[] exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return socket.getInputStream().readAllBytes();
        }
    }

    CapturedCall nextCall() throws InterruptedException {
        CapturedCall call = calls.poll(10, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no call was captured within 10 s");
        }
        return call;
    }

    ServedOutcome nextOutcome() throws InterruptedException {
        ServedOutcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
        if (outcome == null) {
            throw new AssertionError("no outcome was told within 10 s");
        }
        return outcome;
    }

    @Override
    public void close() {
        server.close();
        telemetry.close();
    }
}
