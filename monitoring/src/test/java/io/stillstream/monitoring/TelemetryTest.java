package io.stillstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.stage.ConsumerLag;
import io.stillstream.monitoring.stage.Stage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryTest {

    private static final MonitoringConfig ANY_PORT = new MonitoringConfig(true, "127.0.0.1", 0);
    private static final MonitoringConfig SILENT = new MonitoringConfig(false, "127.0.0.1", 0);

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void trainer_askedForTwice_hasOneSetOfGauges() {
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER)) {
            TrainerMeters first = telemetry.trainer();
            telemetry.trainer().resumeFrom(17, Instant.EPOCH);
            assertThat(telemetry.trainer()).isSameAs(first);
            assertThat(telemetry.progress().step()).isEqualTo(17);
        }
    }

    @Test
    void metrics_plainScrape_namesTypesAndLabels() throws Exception {
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.PIPELINE)) {
            new StageTraffic(telemetry).run();

            HttpResponse<String> response = get(telemetry, "/metrics");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(response.body())
                    .contains("# TYPE stillstream_sent_prompts_total counter")
                    .contains(
                            "stillstream_sent_prompts_total{application=\"stillstream\",split=\"held_out\",stage=\"producer\"} 1.0")
                    .contains(
                            "stillstream_loss{application=\"stillstream\",stage=\"student-trainer\",term=\"total\"} 3.0")
                    .contains("stillstream_consumer_lag_records{application=\"stillstream\",partition=\"0\","
                            + "stage=\"teacher-scorer\",topic=\"prompts\"} 12.0")
                    .contains("stillstream_dead_letters_total{application=\"stillstream\",reason=\"not_finite\","
                            + "stage=\"teacher-scorer\"} 0.0")
                    .contains("# TYPE stillstream_step_seconds histogram")
                    .contains("process_resident_memory_peak_bytes{application=\"stillstream\",stage=\"pipeline\"}");
        }
    }

    /** As Kafka's are, for a moment, while they are registered anew. */
    @Test
    void metrics_thatAreThereTwiceForAMoment_areScrapedAgain() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.TRAINER)) {
            ((PrometheusMeterRegistry) telemetry.registry())
                    .getPrometheusRegistry()
                    .register(() -> {
                        var snapshot = GaugeSnapshot.builder().name("twice");
                        for (int i = looks.incrementAndGet(); i < 4; i++) {
                            snapshot.dataPoint(point());
                        }
                        return snapshot.dataPoint(point()).build();
                    });

            HttpResponse<String> response = get(telemetry, "/metrics");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("twice 1.0\n", "process_cpu_usage");
            assertThat(looks).hasValue(4);
        }
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point() {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder().value(1).build();
    }

    @Test
    void metrics_openMetricsAccepted_isOpenMetrics() throws Exception {
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.PIPELINE)) {
            HttpResponse<String> response =
                    get(telemetry, "/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
            assertThat(response.body()).endsWith("# EOF\n");
        }
    }

    @Test
    void metrics_gzipAccepted_isCompressed() throws Exception {
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.PIPELINE)) {
            HttpRequest request = HttpRequest.newBuilder(
                            telemetry.address().orElseThrow().resolve("/metrics"))
                    .header("Accept-Encoding", "gzip")
                    .build();

            byte[] body = client.send(request, BodyHandlers.ofByteArray()).body();

            try (var plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
                assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8))
                        .contains("jvm_memory_used_bytes");
            }
        }
    }

    @Test
    void health_checksOfStages_decideTheStatus() throws Exception {
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.TRAINER)) {
            assertThat(get(telemetry, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(telemetry, "/health/ready").statusCode())
                    .as("nobody has said so yet")
                    .isEqualTo(503);

            telemetry.health().ready("student", () -> HealthCheck.passed("step 12"));
            assertThat(get(telemetry, "/health/ready").body())
                    .isEqualTo(
                            "{\"status\":\"up\",\"checks\":{\"student\":{\"status\":\"up\",\"detail\":\"step 12\"}}}");

            telemetry.health().ready("kafka", () -> {
                throw new IllegalStateException("no broker");
            });
            HttpResponse<String> response = get(telemetry, "/health/ready");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("\"status\":\"down\"").contains("no broker");
            assertThat(get(telemetry, "/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void endpoint_otherPathsAndMethods_areRefused() throws Exception {
        try (var telemetry = Telemetry.start(ANY_PORT, Stage.TRAINER)) {
            assertThat(get(telemetry, "/metrics/more").statusCode()).isEqualTo(404);
            HttpRequest post = HttpRequest.newBuilder(
                            telemetry.address().orElseThrow().resolve("/metrics"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(client.send(post, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(405);
        }
    }

    @Test
    void start_portInUse_saysWhichAndWhatToDo() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config = new MonitoringConfig(true, "127.0.0.1", taken.getLocalPort());

            assertThatThrownBy(() -> Telemetry.start(config, Stage.PIPELINE))
                    .isInstanceOf(MonitoringException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("set monitoring.port to another");
        }
    }

    @Test
    void start_disabled_measuresWithoutListening() {
        try (var telemetry = Telemetry.start(SILENT, Stage.PIPELINE)) {
            new StageTraffic(telemetry).run();

            assertThat(telemetry.address()).isEmpty();
            Progress progress = telemetry.progress();
            assertThat(progress.sentPrompts()).isEqualTo(2);
            assertThat(progress.scoredTokens()).isEqualTo(400);
            assertThat(progress.trainedTokens()).isEqualTo(400);
            assertThat(progress.deadLetters()).isEqualTo(1);
            assertThat(progress.lag()).isEqualTo(Map.of("prompts", 12L, "teacher-targets", 30L));
            assertThat(progress.lossTerms()).containsEntry("cross_entropy", 2.5);
            assertThat(progress.heldOutBitsPerByte()).isEqualTo(1.2);
            assertThat(progress.step()).isEqualTo(1);
        }
    }

    @Test
    void progress_nothingHasRun_isZeroAndUnknown() {
        try (var telemetry = Telemetry.start(SILENT, Stage.PIPELINE)) {
            assertThat(telemetry.progress().step()).isZero();
            assertThat(telemetry.progress().lag()).isEmpty();
            assertThat(telemetry.progress().heldOutBitsPerByte()).isNaN();
        }
    }

    @Test
    void snapshotAge_growsUntilTheNextSnapshot() {
        var clock = new SteppingClock(Instant.parse("2026-01-01T00:00:00Z"));
        try (var telemetry = Telemetry.start(SILENT, Stage.TRAINER, clock)) {
            TrainerMeters meters = telemetry.trainer();
            clock.advance(Duration.ofSeconds(90));
            assertThat(snapshotAge(telemetry)).isEqualTo(90);

            meters.recordSnapshot(Duration.ofMillis(5), clock.instant());
            assertThat(snapshotAge(telemetry)).isZero();

            clock.advance(Duration.ofSeconds(7));
            assertThat(snapshotAge(telemetry)).isEqualTo(7);
        }
    }

    @Test
    void freshness_unknownCreation_isNotMeasured() {
        try (var telemetry = Telemetry.start(SILENT, Stage.TRAINER, Clock.systemUTC())) {
            TrainerMeters meters = telemetry.trainer();
            meters.recordFreshness(Instant.EPOCH);
            meters.recordFreshness(Instant.now().plusSeconds(60));

            assertThat(telemetry.registry().get("stillstream.freshness").timer().count())
                    .isEqualTo(1);
            assertThat(telemetry.registry().get("stillstream.freshness").timer().max(TimeUnit.SECONDS))
                    .isZero();
        }
    }

    @Test
    void lag_forgottenPartition_hasNoSeries() {
        try (var telemetry = Telemetry.start(SILENT, Stage.TRAINER)) {
            ConsumerLag lag = telemetry.trainer().lag();
            lag.record("teacher-targets", 0, 5);
            lag.record("teacher-targets", 1, 6);
            lag.forget("teacher-targets", 0);

            assertThat(telemetry.progress().lag()).isEqualTo(Map.of("teacher-targets", 6L));
        }
    }

    @Test
    void bindKafka_producer_isMeasuredUntilClosed() {
        var properties = new Properties();
        properties.put("bootstrap.servers", "127.0.0.1:1");
        properties.put("client.id", "bound");
        try (var telemetry = Telemetry.start(SILENT, Stage.PIPELINE);
                var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            MeterBinding binding = telemetry.bindKafka(Stage.PRODUCER, producer);
            assertThat(telemetry
                            .registry()
                            .find("kafka.producer.connection.count")
                            .tag("stage", "producer")
                            .meters())
                    .isNotEmpty();

            binding.close();
            binding.close();
            assertThat(telemetry
                            .registry()
                            .find("kafka.producer.connection.count")
                            .meters())
                    .isEmpty();
            producer.close(Duration.ZERO);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void config_portOutOfRange_isRefused(int port) {
        assertThatThrownBy(() -> new MonitoringConfig(true, "127.0.0.1", port))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(String.valueOf(port));
    }

    private static double snapshotAge(Telemetry telemetry) {
        return telemetry.registry().get("stillstream.snapshot.age").gauge().value();
    }

    private HttpResponse<String> get(Telemetry telemetry, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(telemetry.address().orElseThrow().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
