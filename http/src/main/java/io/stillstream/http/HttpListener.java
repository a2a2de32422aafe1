package io.stillstream.http;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpCompliance;
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

/** A Jetty server on one address. {@link #drain} lets open requests end, {@link #close} ends them. */
public final class HttpListener implements AutoCloseable {

    /** Threads that watch connections: handlers that never wait do everything on them, so half the cores. */
    public static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private static final int ACCEPTORS = 1;

    /**
     * Connections that the system keeps while the process is too busy to take them: of one more it drops the first packet, and the
     * caller's system tries again after a second, then two, then four. The system's own limit counts where it is lower.
     */
    private static final int BACKLOG = 1024;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Server server;
    private final Listening where;
    private final ServerConnector connector;

    /**
     * Listens once it is started.
     *
     * @param server made by {@link #server}; closed with this
     * @param http made by {@link #configuration}
     * @throws HttpServerException when the certificate cannot be used
     */
    public HttpListener(Server server, HttpConfiguration http, Listening where) {
        this.server = server;
        this.where = where;
        this.connector = connector(server, http, where);
        server.addConnector(connector);
    }

    /** A server with threads of its own, which do not keep the process alive. */
    public static Server server(String name) {
        var threads = new QueuedThreadPool();
        threads.setName(name);
        threads.setDaemon(true);
        return new Server(threads, new ScheduledExecutorScheduler(name + "-scheduler", true), null);
    }

    /** Says nothing of what serves; a handler is called before the request's body is there. */
    // Whether a call waits for its body is to become a handler's matter in a later Jetty; in this one it waits unless
    // told.
    @SuppressWarnings("removal")
    public static HttpConfiguration configuration() {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        http.setDelayDispatchUntilContent(false);
        return http;
    }

    /** @throws HttpServerException when the address cannot be had */
    public void start() {
        try {
            server.start();
        } catch (Exception e) {
            close();
            throw refused(e);
        }
    }

    /** Where it listens, as {@code http://127.0.0.1:4000}. */
    public URI address() {
        InetAddress bound = new InetSocketAddress(where.host(), connector.getLocalPort()).getAddress();
        String host = bound == null ? where.host() : bound.getHostAddress();
        return URI.create((where.tls().enabled() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":" + connector.getLocalPort());
    }

    /**
     * Takes no more connections, and waits until no request is open, or the caller's thread is interrupted.
     *
     * @param open how many requests are
     * @param longest that it waits
     */
    public void drain(LongSupplier open, Duration longest) {
        var unused = connector.shutdown();
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            while (open.getAsLong() > 0 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new HttpServerException("the server of " + where.section() + " did not stop: " + e.getMessage(), e);
        }
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, Listening where) {
        // Callers may reach the server by another name than its certificate's, if they will.
        http.addCustomizer(new SecureRequestCustomizer(false));
        var http1 = new HttpConnectionFactory(http);
        ConnectionFactory[] factories = where.tls().enabled()
                ? new ConnectionFactory[] {
                    new SslConnectionFactory(ServerCertificate.of(where.tls(), where.section()), http1.getProtocol()),
                    http1
                }
                : new ConnectionFactory[] {http1};
        var connector = new ServerConnector(
                server, new CallerThreads(server.getThreadPool()), null, null, ACCEPTORS, SELECTORS, factories);
        connector.setHost(where.host());
        connector.setPort(where.port());
        connector.setIdleTimeout(where.idleTimeout().toMillis());
        connector.setAcceptedTcpNoDelay(true);
        connector.setReuseAddress(true);
        connector.setAcceptQueueSize(BACKLOG);
        server.addBean(new NetworkConnectionLimit(where.maxConnections(), connector));
        return connector;
    }

    private HttpServerException refused(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        return cause instanceof BindException
                ? new HttpServerException(
                        "cannot listen on " + where.host() + ":" + where.port() + " (" + cause.getMessage()
                                + "): stop what uses the port, or set " + where.section()
                                + ".port to another (0 picks a free one)",
                        e)
                : new HttpServerException(
                        "the server of " + where.section() + " did not start: " + cause.getMessage(), e);
    }
}
