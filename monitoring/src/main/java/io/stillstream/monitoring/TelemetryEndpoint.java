package io.stillstream.monitoring;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Answers {@code /metrics}, {@code /health/live} and {@code /health/ready} over HTTP on daemon threads. */
final class TelemetryEndpoint implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String OPEN_METRICS_1 = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final int THREADS = 2;

    private final HttpServer server;
    private final ExecutorService threads;
    private final PrometheusMeterRegistry registry;
    private final Health health;

    private TelemetryEndpoint(HttpServer server, PrometheusMeterRegistry registry, Health health) {
        this.server = server;
        this.registry = registry;
        this.health = health;
        threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.named("telemetry-endpoint"));
    }

    static TelemetryEndpoint start(MonitoringConfig config, PrometheusMeterRegistry registry, Health health) {
        var endpoint = new TelemetryEndpoint(listen(config), registry, health);
        endpoint.server.createContext("/", endpoint::answer);
        endpoint.server.setExecutor(endpoint.threads);
        endpoint.server.start();
        return endpoint;
    }

    URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().isAnyLocalAddress()
                ? InetAddress.getLoopbackAddress().getHostAddress()
                : address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static HttpServer listen(MonitoringConfig config) {
        var address = new InetSocketAddress(config.host(), config.port());
        if (address.isUnresolved()) {
            throw new MonitoringException("monitoring.host '" + config.host()
                    + "' is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all its addresses");
        }
        try {
            return HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new MonitoringException(
                    "cannot listen on " + config.host() + ":" + config.port() + " for metrics (" + e.getMessage()
                            + "): stop what uses the port, or set monitoring.port to another (0 picks a free one)",
                    e);
        } catch (IOException e) {
            throw new MonitoringException(
                    "cannot listen on " + config.host() + ":" + config.port() + " for metrics: " + e.getMessage(), e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")
                    && !exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                sendText(exchange, 405, "only GET and HEAD are answered here\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> metrics(exchange);
                case "/health/live" -> health(exchange, health.liveness());
                case "/health/ready" -> health(exchange, health.readiness());
                default -> sendText(exchange, 404, "/metrics\n/health/live\n/health/ready\n");
            }
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        String contentType = header(exchange, "Accept").contains(OPEN_METRICS) ? OPEN_METRICS_1 : PROMETHEUS_TEXT;
        var body = new ByteArrayOutputStream();
        boolean compressed = header(exchange, "Accept-Encoding").contains("gzip");
        try (OutputStream out = compressed ? new GZIPOutputStream(body) : body) {
            registry.scrape(out, contentType);
        }
        if (compressed) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        send(exchange, 200, contentType, body.toByteArray());
    }

    private static void health(HttpExchange exchange, Health.Report report) throws IOException {
        ObjectNode node = JSON.createObjectNode().put("status", status(report.passed()));
        ObjectNode checks = node.putObject("checks");
        report.checks()
                .forEach((name, check) -> checks.putObject(name)
                        .put("status", status(check.passed()))
                        .put("detail", check.detail()));
        send(exchange, report.passed() ? 200 : 503, "application/json", JSON.writeValueAsBytes(node));
    }

    private static String status(boolean passed) {
        return passed ? "up" : "down";
    }

    private static String header(HttpExchange exchange, String name) {
        @Nullable String value = exchange.getRequestHeaders().getFirst(name);
        return Objects.requireNonNullElse(value, "");
    }

    private static void sendText(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
