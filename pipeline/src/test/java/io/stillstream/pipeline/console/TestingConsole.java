package io.stillstream.pipeline.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.console.Console;
import io.stillstream.console.ConsoleConfig;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The console of a run that has ended, and a reader of it who has the token. */
public final class TestingConsole implements AutoCloseable {

    private static final String TOKEN = "a-token-of-the-test";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
    private final Console console = Console.start(new ConsoleConfig(true, TOKEN), telemetry, Stage.PIPELINE.label());
    private final HttpClient client = HttpClient.newHttpClient();
    private final ConsoleSections sections;

    private TestingConsole(StillstreamConfig config, String bootstrapServers) {
        sections = ConsoleSections.show(console, config, bootstrapServers, true);
    }

    public static TestingConsole of(StillstreamConfig config, String bootstrapServers) {
        return new TestingConsole(config, bootstrapServers);
    }

    /** Clicks, and waits for the decision. */
    public JsonNode click(String verb, String candidate, boolean full, String reason, long revision) throws Exception {
        String id = send(JSON.createObjectNode()
                .put("verb", verb)
                .put("candidate", candidate)
                .put("full", full)
                .put("reason", reason)
                .put("revision", revision));
        return await(
                        "/console/state",
                        state -> state.at("/rollout/decisions/0/input").asText().equals(id))
                .path("rollout");
    }

    /** Asks what taking the trainer back would come to. */
    public JsonNode preview(String quarantine) throws Exception {
        String id = send(JSON.createObjectNode()
                .put("verb", "rewind")
                .put("revision", 0)
                .put("quarantine", quarantine)
                .put("dryRun", true));
        return await("/console/rewind", told -> told.path("id").asText().equals(id));
    }

    private String send(ObjectNode click) throws IOException, InterruptedException {
        URI address = address("/console/rollout");
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Origin", "http://" + address.getAuthority())
                        .POST(HttpRequest.BodyPublishers.ofString(click.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).path("id").asText();
    }

    /** What the console has at a path, once it has that. */
    public JsonNode await(String path, Predicate<JsonNode> condition) {
        return Awaitility.await("what is asked for at " + path)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> get(path), condition);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address(path))
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        return JSON.readTree(
                client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private URI address(String path) {
        return telemetry.address().orElseThrow().resolve(path);
    }

    @Override
    public void close() {
        sections.close();
        console.close();
        telemetry.close();
    }
}
