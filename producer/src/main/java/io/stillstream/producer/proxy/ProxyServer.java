package io.stillstream.producer.proxy;

import io.stillstream.monitoring.ProxyMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.capture.CallSink;
import io.stillstream.producer.capture.CaptureConfig;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * The proxy while it runs. {@link #drain} lets open calls end, {@link #close} ends them.
 */
public final class ProxyServer implements AutoCloseable {

    /** Threads that watch connections, on either side: they do all the passing on themselves, so half the cores each. */
    static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private static final int ACCEPTORS = 1;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Server server;
    private final ServerConnector connector;
    private final ProxyParts parts;
    private final URI address;

    private ProxyServer(Server server, ServerConnector connector, ProxyParts parts, URI address) {
        this.server = server;
        this.connector = connector;
        this.parts = parts;
        this.address = address;
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
        requireUpstreams(config);
        var threads = new QueuedThreadPool();
        threads.setName("proxy");
        threads.setDaemon(true);
        var scheduler = new ScheduledExecutorScheduler("proxy-scheduler", true);
        var server = new Server(threads, scheduler, null);
        List<Upstream> upstreams = new ArrayList<>();
        new TreeMap<>(config.upstreams()).forEach((name, upstream) -> {
            var client = UpstreamClient.of(name, config, threads, scheduler, server.getByteBufferPool());
            server.addBean(client, true);
            upstreams.add(new Upstream(name, upstream, client));
        });
        var budget = new CopyBudget(config.copyBudgetBytes());
        meters.copyBytes(budget::used);
        var parts = new ProxyParts(
                config,
                new CallerToken(config.token()),
                new Upstreams(upstreams),
                sink,
                feedback,
                capture.maxBodyBytes(),
                capture.headers().names(),
                budget,
                meters,
                scheduler);
        ServerConnector connector = connector(server, config);
        server.addConnector(connector);
        server.setHandler(new ProxyHandler(parts));
        server.setErrorHandler(new BadRequests());
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw refused(config, e);
        }
        return new ProxyServer(server, connector, parts, uri(config, connector));
    }

    /** Where it listens, as {@code http://127.0.0.1:4000}. */
    public URI address() {
        return address;
    }

    /** Takes no more calls, and waits for the open ones; longer than {@code proxy.drain-timeout} for none. */
    public void drain() {
        var unused = connector.shutdown();
        long deadline = System.nanoTime() + parts.config().drainTimeout().toNanos();
        try {
            while (parts.meters().open() > 0 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop(server);
    }

    private static void requireUpstreams(ProxyConfig config) {
        if (config.upstreams().isEmpty()) {
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

    // Whether a call waits for its body is to become a handler's matter in a later Jetty; in this one it waits unless
    // told.
    @SuppressWarnings("removal")
    private static ServerConnector connector(Server server, ProxyConfig config) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(false);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        // Paths are passed on, not looked up: what is in them is for the upstream to judge.
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setHeaderCacheCaseSensitive(true);
        http.setRequestHeaderSize(config.maxHeaderBytes());
        http.setResponseHeaderSize(config.maxHeaderBytes());
        // Callers may reach the proxy by another name than its certificate's, if they will.
        http.addCustomizer(new SecureRequestCustomizer(false));
        http.setDelayDispatchUntilContent(false);
        var http1 = new HttpConnectionFactory(http);
        ConnectionFactory[] factories = config.tls().enabled()
                ? new ConnectionFactory[] {
                    new SslConnectionFactory(ServerCertificate.of(config.tls()), http1.getProtocol()), http1
                }
                : new ConnectionFactory[] {http1};
        var connector = new ServerConnector(
                server, new CallerThreads(server.getThreadPool()), null, null, ACCEPTORS, SELECTORS, factories);
        connector.setHost(config.host());
        connector.setPort(config.port());
        connector.setIdleTimeout(config.idleTimeout().toMillis());
        connector.setAcceptedTcpNoDelay(true);
        connector.setReuseAddress(true);
        server.addBean(new NetworkConnectionLimit(config.maxConnections(), connector));
        return connector;
    }

    private static ProducerException refused(ProxyConfig config, Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        return cause instanceof BindException
                ? new ProducerException(
                        "cannot listen on " + config.host() + ":" + config.port() + " for callers ("
                                + cause.getMessage()
                                + "): stop what uses the port, or set proxy.port to another (0 picks a free one)",
                        e)
                : new ProducerException("the proxy did not start: " + cause.getMessage(), e);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new ProducerException("the proxy did not stop: " + e.getMessage(), e);
        }
    }

    private static URI uri(ProxyConfig config, ServerConnector connector) {
        InetAddress bound = new InetSocketAddress(config.host(), connector.getLocalPort()).getAddress();
        String host = bound == null ? config.host() : bound.getHostAddress();
        return URI.create((config.tls().enabled() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":" + connector.getLocalPort());
    }
}
