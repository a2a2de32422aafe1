package io.stillstream.monitoring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stillstream.monitoring.http.HttpAnswer;
import io.stillstream.monitoring.http.HttpHandler;
import io.stillstream.monitoring.http.HttpListener;
import io.stillstream.monitoring.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.zip.GZIPOutputStream;

/** Answers {@code /metrics}, {@code /health/live} and {@code /health/ready} over HTTP, and what others serve beside them. */
final class TelemetryEndpoint implements AutoCloseable {

    /** A detail may quote a message from anywhere, and is read at a terminal. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String OPEN_METRICS_1 = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /** Meters are registered anew within milliseconds, on a busy machine within some hundreds of them. */
    private static final int SCRAPES = 8;

    private static final long BETWEEN_SCRAPES_MILLIS = 100;

    private final HttpListener listener;
    private final URI address;
    private final Sites sites;

    private TelemetryEndpoint(HttpListener listener, URI address, Sites sites) {
        this.listener = listener;
        this.address = address;
        this.sites = sites;
    }

    static TelemetryEndpoint start(MonitoringConfig config, PrometheusMeterRegistry registry, Health health) {
        var address = new InetSocketAddress(config.host(), config.port());
        if (address.isUnresolved()) {
            throw new MonitoringException("monitoring.host '" + config.host()
                    + "' is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all its addresses");
        }
        try {
            Sites sites = new Sites(request -> answer(request, registry, health));
            HttpListener listener =
                    HttpListener.start(address, config.requestTimeout(), config.maxConnections(), sites);
            return new TelemetryEndpoint(listener, uri(listener.address()), sites);
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

    /** @param path of one segment, such as {@code /console}; all below it goes to the handler too */
    void serve(String path, HttpHandler handler) {
        sites.put(path, handler);
    }

    void stopServing(String path) {
        sites.remove(path);
    }

    URI address() {
        return address;
    }

    @Override
    public void close() {
        listener.close();
    }

    private static URI uri(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? InetAddress.getLoopbackAddress().getHostAddress()
                : address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    private static HttpAnswer answer(HttpRequest request, PrometheusMeterRegistry registry, Health health) {
        return switch (request.path()) {
            case "/metrics" -> metrics(request, registry);
            case "/health/live" -> health(health.liveness());
            case "/health/ready" -> health(health.readiness());
            default -> HttpAnswer.text(404, "/metrics\n/health/live\n/health/ready\n");
        };
    }

    private static HttpAnswer metrics(HttpRequest request, PrometheusMeterRegistry registry) {
        String contentType = request.field("Accept").contains(OPEN_METRICS) ? OPEN_METRICS_1 : PROMETHEUS_TEXT;
        boolean compressed = request.field("Accept-Encoding").contains("gzip");
        HttpAnswer answer = HttpAnswer.of(200, contentType, scraped(registry, contentType, compressed));
        return compressed ? answer.with("Content-Encoding", "gzip") : answer;
    }

    /** Again where it comes while Kafka's meters are registered anew: one that is there twice makes the whole scrape fail. */
    private static byte[] scraped(PrometheusMeterRegistry registry, String contentType, boolean compressed) {
        for (int attempt = 1; ; attempt++) {
            var body = new ByteArrayOutputStream();
            try (OutputStream out = compressed ? new GZIPOutputStream(body) : body) {
                registry.scrape(out, contentType);
            } catch (IllegalArgumentException e) {
                if (attempt == SCRAPES) {
                    throw e;
                }
                pause();
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return body.toByteArray();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_SCRAPES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MonitoringException("interrupted while the meters were registered anew", e);
        }
    }

    private static HttpAnswer health(Health.Report report) {
        ObjectNode node = JSON.createObjectNode().put("status", status(report.passed()));
        ObjectNode checks = node.putObject("checks");
        report.checks()
                .forEach((name, check) -> checks.putObject(name)
                        .put("status", status(check.passed()))
                        .put("detail", check.detail()));
        try {
            return HttpAnswer.of(report.passed() ? 200 : 503, "application/json", JSON.writeValueAsBytes(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String status(boolean passed) {
        return passed ? "up" : "down";
    }
}
