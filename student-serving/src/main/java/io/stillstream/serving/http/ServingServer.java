package io.stillstream.serving.http;

import io.stillstream.monitoring.ServingMeters;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.weights.ServedWeights;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/** The student behind OpenAI's API while it runs. {@link #drain} lets open requests end, {@link #close} ends them. */
public final class ServingServer implements AutoCloseable {

    private static final int ACCEPTORS = 1;
    private static final int SELECTORS = 1;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final ServingConfig config;
    private final Server server;
    private final ServerConnector connector;
    private final ApiHandler handler;

    private ServingServer(ServingConfig config, Server server, ServerConnector connector, ApiHandler handler) {
        this.config = config;
        this.server = server;
        this.connector = connector;
        this.handler = handler;
    }

    /**
     * Listens, and answers.
     *
     * @throws ServingException when the address cannot be had
     */
    public static ServingServer start(ServingConfig config, ServedWeights weights, ServingMeters meters, Clock clock) {
        var threads = new QueuedThreadPool();
        threads.setName("serving");
        threads.setDaemon(true);
        var server = new Server(threads, new ScheduledExecutorScheduler("serving-scheduler", true), null);
        ServerConnector connector = connector(server, config);
        server.addConnector(connector);
        var handler = new ApiHandler(config, weights, meters, clock);
        server.setHandler(handler);
        server.setErrorHandler(new JsonAnswers());
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw refused(config, e);
        }
        return new ServingServer(config, server, connector, handler);
    }

    /** Where it listens, as {@code http://127.0.0.1:4100}. */
    public URI address() {
        InetAddress bound = new InetSocketAddress(config.host(), connector.getLocalPort()).getAddress();
        String host = bound == null ? config.host() : bound.getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + connector.getLocalPort());
    }

    /** Takes no more requests, and waits for the open ones; longer than {@code serving.drain-timeout} for none. */
    public void drain() {
        var unused = connector.shutdown();
        long deadline = System.nanoTime() + config.drainTimeout().toNanos();
        try {
            while (handler.open() > 0 && System.nanoTime() < deadline) {
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

    // Whether a call waits for its body is to become a handler's matter in a later Jetty; in this one it waits unless
    // told.
    @SuppressWarnings("removal")
    private static ServerConnector connector(Server server, ServingConfig config) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        http.setDelayDispatchUntilContent(false);
        var connector =
                new ServerConnector(server, null, null, null, ACCEPTORS, SELECTORS, new HttpConnectionFactory(http));
        connector.setHost(config.host());
        connector.setPort(config.port());
        connector.setIdleTimeout(config.idleTimeout().toMillis());
        connector.setAcceptedTcpNoDelay(true);
        connector.setReuseAddress(true);
        server.addBean(new NetworkConnectionLimit(config.maxConnections(), connector));
        return connector;
    }

    private static ServingException refused(ServingConfig config, Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        return cause instanceof BindException
                ? new ServingException(
                        "cannot listen on " + config.host() + ":" + config.port() + " for requests ("
                                + cause.getMessage()
                                + "): stop what uses the port, or set serving.port to another (0 picks a free one)",
                        e)
                : new ServingException("the server did not start: " + cause.getMessage(), e);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new ServingException("the server did not stop: " + e.getMessage(), e);
        }
    }
}
