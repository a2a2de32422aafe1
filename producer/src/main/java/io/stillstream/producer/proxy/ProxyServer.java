package io.stillstream.producer.proxy;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.http.ByteBudget;
import io.stillstream.http.HttpListener;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.capture.call.Conversations;
import io.stillstream.producer.outcome.OutcomeSink;
import io.stillstream.producer.proxy.call.FeedbackSink;
import io.stillstream.producer.proxy.call.ProxyParts;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.rollout.RolloutRoutes;
import io.stillstream.producer.proxy.rollout.ShadowCalls;
import io.stillstream.producer.proxy.upstream.CallerToken;
import io.stillstream.producer.proxy.upstream.Upstream;
import io.stillstream.producer.proxy.upstream.UpstreamClient;
import io.stillstream.producer.proxy.upstream.Upstreams;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The proxy while it runs. {@link #drain} lets open calls end, {@link #close} ends them.
 */
public final class ProxyServer implements AutoCloseable {

    private final HttpListener listener;
    private final ProxyParts parts;

    private ProxyServer(HttpListener listener, ProxyParts parts) {
        this.listener = listener;
        this.parts = parts;
    }

    /**
     * Listens, and passes calls on.
     *
     * @param sink gets the calls that it wants
     * @param feedback gets what is posted to {@code /v1/feedback}
     * @throws ProducerException when there is no upstream, or the address cannot be had
     */
    public static ProxyServer start(
            ProxyConfig config, CaptureConfig capture, CallSink sink, FeedbackSink feedback, ProxyMeters meters) {
        return start(
                config,
                capture,
                sink,
                feedback,
                Optional::empty,
                (headers, caller, body) -> Optional.empty(),
                outcome -> {},
                meters);
    }

    /**
     * The same, where the rollout sends its share of the calls to students.
     *
     * @param rollout its state now; empty where that is not known, and all calls go to production
     * @param conversations by which calls are shared out
     * @param outcomes is told what became of calls that the rollout has a part in
     */
    public static ProxyServer start(
            ProxyConfig config,
            CaptureConfig capture,
            CallSink sink,
            FeedbackSink feedback,
            Supplier<Optional<RolloutState>> rollout,
            Conversations conversations,
            OutcomeSink outcomes,
            ProxyMeters meters) {
        requireUpstreams(config);
        Server server = HttpListener.server("proxy");
        Scheduler scheduler = server.getScheduler();
        List<Upstream> upstreams = new ArrayList<>();
        new TreeMap<>(config.upstreams()).forEach((name, upstream) -> {
            var client = UpstreamClient.of(name, config, server.getThreadPool(), scheduler, server.getByteBufferPool());
            server.addBean(client, true);
            upstreams.add(new Upstream(name, upstream, client));
        });
        var budget = new ByteBudget(config.copyBudgetBytes());
        meters.copyBytes(budget::used);
        var token = new CallerToken(config.token());
        var parts = new ProxyParts(
                config,
                token,
                new Upstreams(upstreams.stream()
                        .filter(upstream -> !servesStudent(config, upstream))
                        .toList()),
                config.rollout().enabled()
                        ? new RolloutRoutes(
                                config.rollout(),
                                named(upstreams, config.rollout().champion()),
                                named(upstreams, config.rollout().canary()),
                                rollout,
                                conversations,
                                meters)
                        : null,
                new ShadowCalls(config.rollout(), config.idleTimeout(), meters, budget, outcomes, token),
                outcomes,
                sink,
                feedback,
                capture.maxBodyBytes(),
                capture.headers().names(),
                budget,
                meters,
                scheduler);
        server.setHandler(new ProxyHandler(parts));
        server.setErrorHandler(new BadRequests());
        var listener = new HttpListener(server, http(config), config.listening());
        listener.start();
        return new ProxyServer(listener, parts);
    }

    /** Where it listens, as {@code http://127.0.0.1:4000}. */
    public URI address() {
        return listener.address();
    }

    /** Takes no more calls, and waits for the open ones; longer than {@code proxy.drain-timeout} for none. */
    public void drain() {
        listener.drain(parts.meters()::open, parts.config().drainTimeout());
    }

    @Override
    public void close() {
        listener.close();
    }

    private static boolean servesStudent(ProxyConfig config, Upstream upstream) {
        return upstream.name().equals(config.rollout().champion())
                || upstream.name().equals(config.rollout().canary());
    }

    private static Upstream named(List<Upstream> upstreams, String name) {
        return upstreams.stream()
                .filter(upstream -> upstream.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProducerException("proxy.rollout names the upstream '" + name
                        + "', which is none of proxy.upstreams; expected "
                        + upstreams.stream().map(Upstream::name).collect(Collectors.joining(", "))));
    }

    private static void requireUpstreams(ProxyConfig config) {
        if (config.upstreams().keySet().stream()
                .allMatch(name -> name.equals(config.rollout().champion())
                        || name.equals(config.rollout().canary()))) {
            throw new ProducerException("the proxy stands in front of nothing; name an upstream with --upstream URL, or"
                    + " several in the configuration: proxy.upstreams.NAME.url");
        }
        config.upstreams().forEach((name, upstream) -> {
            if (upstream.url().isEmpty()) {
                throw new ProducerException(
                        "proxy.upstreams." + name + ".url is not set; expected where the upstream is");
            }
        });
    }

    private static HttpConfiguration http(ProxyConfig config) {
        HttpConfiguration http = HttpListener.configuration();
        http.setSendDateHeader(false);
        // Paths are passed on, not looked up: what is in them is for the upstream to judge.
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setHeaderCacheCaseSensitive(true);
        http.setRequestHeaderSize(config.maxHeaderBytes());
        http.setResponseHeaderSize(config.maxHeaderBytes());
        return http;
    }
}
