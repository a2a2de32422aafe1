package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.BrokerWatch;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.StillstreamProcess;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A broker that goes and comes back, and what ends a process that waits for one. */
@Timeout(180)
final class BrokerAwayIT {

    /** A process that waits for a broker waits for longer, without a signal. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final String FOR_LONG = "10m";

    @TempDir
    private Path directory;

    @Test
    void readiness_brokerAwayAndBack_isDownMeanwhileAndLoggedOnce() throws Exception {
        Path log = directory.resolve("broker");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        Logger logger = (Logger) LoggerFactory.getLogger(BrokerWatch.class);
        logger.addAppender(events);
        EmbeddedBroker broker = EmbeddedBroker.start(log);
        String servers = broker.bootstrapServers();
        int port = URI.create("kafka://" + servers).getPort();
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.SCORER);
                BrokerWatch watch = BrokerWatch.start(
                        Map.of("bootstrap.servers", servers), Duration.ofSeconds(1), telemetry.health())) {
            assertThat(watch.answers(SOON)).isTrue();
            assertThat(readiness(telemetry).statusCode())
                    .as("no stage has begun")
                    .isEqualTo(503);
            telemetry.health().ready(Stage.SCORER.label(), () -> HealthCheck.passed("RUNNING"));
            awaitStatus(telemetry, 200);
            broker.close();
            assertThat(awaitStatus(telemetry, 503))
                    .contains("\"kafka\":{\"status\":\"down\",\"detail\":\"no broker of Kafka at " + servers
                            + " has answered for ");
            broker = EmbeddedBroker.start(log, port);
            awaitStatus(telemetry, 200);
        } finally {
            logger.detachAppender(events);
            broker.close();
        }
        assertThat(events.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO);
        assertThat(events.list.get(0).getFormattedMessage()).startsWith("no broker of Kafka at " + servers);
        assertThat(events.list.get(1).getFormattedMessage())
                .startsWith("Kafka at " + servers + " answers again, after ");
    }

    @Test
    void sigterm_whileNoBrokerAnswers_endsTheProcess() throws Exception {
        // Takes connections and says nothing: the worst a client can wait for.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                StillstreamProcess producer = produce("127.0.0.1:" + silent.getLocalPort())) {
            producer.awaitPrinted(Pattern.compile("(metrics at )"));
            producer.terminate();
            assertThat(producer.exitCode(SOON)).isZero();
            assertThat(producer.printed()).contains("stillstream: stopped before it had begun");
        }
    }

    @Test
    void sigterm_brokerGoneAfterTheStart_endsTheProcess() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        try (StillstreamProcess producer = produce(broker.bootstrapServers())) {
            String address = producer.awaitPrinted(Pattern.compile("metrics at (http://[0-9.:]+)/metrics"));
            patiently("the producer is ready")
                    .until(() -> get(address + "/health/ready"), response -> response.statusCode() == 200);
            broker.close();
            Files.writeString(directory.resolve("prompts.jsonl"), "{\"prompt\": \"a\", \"response\": \"b\"}\n");
            producer.awaitPrinted(Pattern.compile("(no broker of Kafka at )"));
            producer.terminate();
            assertThat(producer.exitCode(SOON)).isZero();
            assertThat(producer.printed()).contains("stillstream: stopped while no broker answers");
        } finally {
            broker.close();
        }
    }

    @Test
    void sigterm_brokerGoneUnderAController_endsTheProcess() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        try (StillstreamProcess controller = StillstreamProcess.start(
                directory,
                Map.of(),
                List.of(
                        "rollout",
                        "controller",
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--data",
                        directory.resolve("data").toString(),
                        "--set",
                        "monitoring.port=0",
                        "--set",
                        "kafka.unreachable-after=1s"))) {
            controller.awaitPrinted(Pattern.compile("(controlling student-rollout)"));
            broker.close();
            controller.awaitPrinted(Pattern.compile("(no broker of Kafka at )"));
            controller.terminate();
            assertThat(controller.exitCode(SOON)).as(controller.printed()).isZero();
        } finally {
            broker.close();
        }
    }

    private StillstreamProcess produce(String servers) throws IOException {
        Path prompts = Files.writeString(directory.resolve("prompts.jsonl"), "");
        List<String> arguments = new ArrayList<>(List.of(
                "produce",
                "--bootstrap-servers",
                servers,
                "--data-dir",
                directory.resolve("data").toString(),
                "--metrics-port",
                "0",
                "--prompts",
                prompts.toString(),
                "--follow"));
        Map.of("kafka.connect-timeout", FOR_LONG, "kafka.unreachable-after", "1s", "traffic.delivery-timeout", FOR_LONG)
                .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        return StillstreamProcess.start(directory, Map.of(), arguments);
    }

    private static String awaitStatus(Telemetry telemetry, int status) {
        return patiently("readiness answers " + status)
                .until(() -> readiness(telemetry), response -> response.statusCode() == status)
                .body();
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(50));
    }

    private static HttpResponse<String> readiness(Telemetry telemetry) throws Exception {
        return get(telemetry.address().orElseThrow() + "/health/ready");
    }

    private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
