package io.stillstream.pipeline.production;

import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run with a rollout says of itself once its controller has ended. */
final class StudentProductionIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Map<String, Object> kafka;
    private StillstreamConfig config;
    private Telemetry telemetry;
    private String bootstrapServers;

    @BeforeEach
    void start() {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        opened.add(broker);
        bootstrapServers = broker.bootstrapServers();
        kafka = Map.of("bootstrap.servers", bootstrapServers);
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
        config = new ConfigLoader(Map.of())
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of(
                                "data-directory",
                                directory.resolve("data").toString(),
                                "kafka.bootstrap-servers",
                                bootstrapServers,
                                "serving.port",
                                "0"));
        telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
        opened.add(telemetry);
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void controller_thatEnds_isNeitherReadyNorLive() throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] value = "{\"version\": 1, \"phase\": \"sunny\"}".getBytes(StandardCharsets.UTF_8);
            var unused = producer.send(
                            new ProducerRecord<>(TOPICS.studentRollout(), RolloutKeys.bytes(RolloutKeys.STATE), value))
                    .get();
        }
        produce();

        awaitHealth("ready", 503, "the rollout's controller has ended");
        awaitHealth("live", 503, "the rollout's controller has ended");
    }

    @Test
    void controller_thatAnotherOneTakesOverFrom_isNotReady_andStillLive() throws Exception {
        produce();
        awaitHealth("ready", 200, "controlling");

        String id = "stillstream-rollout-controller-" + TOPICS.studentRollout();
        try (Admin admin = Admin.create(kafka)) {
            Predicate<String> takenOver = says(503, "another controller has taken the rollout over");
            patiently("another controller takes over")
                    .until(
                            () -> {
                                String health = health("ready");
                                if (!takenOver.test(health)) {
                                    // What another controller begins with; one that is told otherwise than as fenced
                                    // begins anew, once.
                                    admin.fenceProducers(List.of(id)).all().get();
                                }
                                return health;
                            },
                            takenOver);
            awaitHealth("live", 200, "another controller has taken the rollout over");
        }
    }

    private void produce() {
        opened.add(StudentProduction.start(config, bootstrapServers, telemetry, event -> {}));
    }

    private void awaitHealth(String check, int status, String detail) {
        patiently(check + " answers " + status + " with '" + detail + "'")
                .until(() -> health(check), says(status, detail));
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(100));
    }

    private static Predicate<String> says(int status, String detail) {
        return health -> health.startsWith(status + " ") && health.contains(detail);
    }

    /** The status, and what it says. */
    private String health(String check) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        telemetry.address().orElseThrow().resolve("/health/" + check))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}
