package io.stillstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.monitoring.stage.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Prometheus scrapes the meters of a normal run: every panel has data, every series that an alert looks at is
 * there. With {@code -Dstillstream.prometheus=http://host:9090} the questions go to that one instead, which must have
 * scraped a running pipeline.
 */
class PrometheusIT {

    private static final Logger LOG = LoggerFactory.getLogger(PrometheusIT.class);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @Test
    void expressions_duringARun_returnData() throws Exception {
        String running = System.getProperty("stillstream.prometheus");
        if (running != null) {
            assertAllReturnData(URI.create(running), "1m");
            return;
        }
        assumeTrue(installed("prometheus"), "prometheus is not on the PATH (Debian: apt-get install prometheus)");
        var properties = new Properties();
        properties.put("bootstrap.servers", "127.0.0.1:1");
        try (var telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
                var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
                var consumer =
                        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            telemetry.bindKafka(Stage.PRODUCER, producer);
            telemetry.bindKafka(Stage.TRAINER, consumer);
            int port = freePort();
            Process prometheus = prometheus(telemetry.address().orElseThrow(), port);
            try {
                URI address = URI.create("http://127.0.0.1:" + port);
                var traffic = new StageTraffic(telemetry);
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                do {
                    for (int i = 0; i < 20; i++) {
                        traffic.run();
                        Thread.sleep(100);
                    }
                } while (System.nanoTime() < deadline
                        && !(answers(address) && withoutData(address, "30s").isEmpty()));
                assertAllReturnData(address, "30s");
            } finally {
                prometheus.destroy();
                prometheus.waitFor(10, TimeUnit.SECONDS);
                producer.close(Duration.ZERO);
            }
        }
    }

    @Test
    void rules_unitTests_pass() throws Exception {
        assumeTrue(installed("promtool"), "promtool is not on the PATH (Debian: apt-get install prometheus)");

        for (Path tests : Expressions.ruleTests()) {
            assertThat(run("promtool", "test", "rules", tests.toString()))
                    .as(tests.toString())
                    .isZero();
        }
        assertThat(run("promtool", "check", "config", "prometheus/prometheus.yml"))
                .isZero();
        assertThat(run("promtool", "check", "config", "prometheus/prometheus-local.yml"))
                .isZero();
    }

    private void assertAllReturnData(URI prometheus, String rateInterval) throws Exception {
        assertThat(withoutData(prometheus, rateInterval))
                .as("expressions without data")
                .isEmpty();
        for (JsonNode group : get(prometheus.resolve("/api/v1/rules")).path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                assertThat(rule.path("health").asText()).as(rule.toString()).isNotEqualTo("err");
            }
        }
    }

    private List<String> withoutData(URI prometheus, String rateInterval) throws Exception {
        List<String> empty = new ArrayList<>();
        for (Expression panel : Expressions.ofDashboards()) {
            String expression = panel.text()
                    .replace("$__rate_interval", rateInterval)
                    .replace("$__range_s", "60")
                    .replace("$__range", rateInterval)
                    .replace("$instance", ".*");
            if (query(prometheus, expression).isEmpty()) {
                empty.add(panel.where() + ": " + expression);
            }
        }
        for (Expression rule : Expressions.ofRules()) {
            for (String selector : rule.selectors()) {
                if (query(prometheus, selector).isEmpty()) {
                    empty.add(rule.where() + ": " + selector);
                }
            }
        }
        return empty;
    }

    private boolean answers(URI prometheus) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(prometheus.resolve("/-/ready")).build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private JsonNode query(URI prometheus, String expression) throws IOException, InterruptedException {
        JsonNode answer =
                get(prometheus.resolve("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)));
        assertThat(answer.isMissingNode()).as(expression).isFalse();
        return answer.path("result");
    }

    private JsonNode get(URI address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address).build();
        return new ObjectMapper()
                .readTree(client.send(request, BodyHandlers.ofString()).body())
                .path("data");
    }

    private Process prometheus(URI target, int port) throws IOException {
        Path config = directory.resolve("prometheus.yml");
        Files.writeString(config, """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files:
                  - %s/*.yml
                scrape_configs:
                  - job_name: stillstream
                    static_configs:
                      - targets: ["%s"]
                """.formatted(Expressions.RULES.toAbsolutePath(), target.getAuthority()));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean installed(String program) throws InterruptedException {
        try {
            return run(program, "--version") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            LOG.error("{}:\n{}", String.join(" ", command), output);
        }
        return status;
    }
}
