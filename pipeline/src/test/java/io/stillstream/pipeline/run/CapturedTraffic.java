package io.stillstream.pipeline.run;

import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.producer.capture.Capture;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.CopiedBody;
import io.stillstream.producer.capture.delivery.SpoolConfig;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A capture with its meters, and calls for it. As a process of its own it takes calls while no broker is there, says so, and waits to
 * be killed.
 */
final class CapturedTraffic implements AutoCloseable {

    static final String TAKEN = "taken";

    private final Telemetry telemetry =
            Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0, Duration.ofSeconds(5), 8), Stage.PRODUCER);
    private final Capture capture;

    CapturedTraffic(Path data, String bootstrapServers, CaptureConfig config) {
        RedactionConfig redaction = RedactionConfig.defaults();
        capture = Capture.start(
                config,
                0.1,
                Topics.defaults(),
                Map.of("bootstrap.servers", bootstrapServers),
                data,
                Redaction.open(redaction, data, telemetry),
                RedactionKey.open(redaction, data),
                telemetry);
    }

    /** @param arguments the data directory, the broker that is not there, and how many calls to take */
    public static void main(String[] arguments) throws InterruptedException {
        var traffic = new CapturedTraffic(Path.of(arguments[0]), arguments[1], config(64 << 20));
        int calls = Integer.parseInt(arguments[2]);
        for (int i = 0; i < calls; i++) {
            traffic.capture.offer(call(i));
        }
        await("all calls are captured")
                .atMost(Duration.ofSeconds(100))
                .pollInterval(Duration.ofMillis(20))
                .until(traffic::captured, captured -> captured >= calls);
        System.out.println(TAKEN);
        Thread.sleep(Duration.ofMinutes(5).toMillis());
    }

    /** With timeouts for tests. */
    static CaptureConfig config(long spoolBytes) {
        CaptureConfig defaults = CaptureConfig.defaults();
        return new CaptureConfig(
                defaults.sample(),
                defaults.maxBodyBytes(),
                defaults.maxDecodedBytes(),
                defaults.queueBytes(),
                defaults.bufferBytes(),
                defaults.workers(),
                defaults.partialAnswers(),
                defaults.keepNotStored(),
                defaults.tenantPromptsPerMinute(),
                defaults.tenantQueueShare(),
                defaults.duplicateWindow(),
                defaults.feedbackWindow(),
                defaults.feedbackBytes(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                defaults.headers(),
                new SpoolConfig(Path.of("spool"), spoolBytes));
    }

    static CapturedCall call(int number) {
        return call(number, "Answer " + number);
    }

    static CapturedCall call(int number, String answer) {
        String request = "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"Question\"}]}";
        String response = "{\"id\": \"" + id(number) + "\", \"model\": \"m\", \"choices\": [{\"index\": 0, \"message\":"
                + " {\"role\": \"assistant\", \"content\": \"" + answer + "\"}, \"finish_reason\": \"stop\"}]}";
        return new CapturedCall(
                "/v1/chat/completions",
                "upstream",
                Map.of("x-conversation-id", "one"),
                null,
                body(request),
                body(response),
                200,
                CallEnd.COMPLETE,
                Instant.now(),
                Duration.ofMillis(5),
                Duration.ofMillis(9),
                null);
    }

    static String id(int number) {
        return "chatcmpl-%012d".formatted(number);
    }

    private static CopiedBody body(String json) {
        return new CopiedBody(json.getBytes(StandardCharsets.UTF_8), true, "application/json", null);
    }

    Capture capture() {
        return capture;
    }

    long captured() {
        return (long) count("stillstream.captured.prompts");
    }

    long dropped(String reason) {
        return (long) telemetry
                .registry()
                .get("stillstream.capture.dropped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    long dropped() {
        return (long) count("stillstream.capture.dropped");
    }

    private double count(String name) {
        return telemetry.registry().get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Override
    public void close() {
        capture.close();
        telemetry.close();
    }
}
