package io.stillstream.rollout.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks by real programs and a real HTTP server. */
final class DeliveryQueueTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Clock AT_NOON = Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);
    private static final Duration BACKOFF = Duration.ofMillis(1);

    @TempDir
    private Path directory;

    private SnapshotReference snapshot;

    @BeforeEach
    void write() throws IOException {
        snapshot = TestingSnapshot.write(directory.resolve("snapshots"), "a", "weights");
    }

    @Test
    void command_eachDelivery_getsItsMessageAndId() throws Exception {
        Path told = directory.resolve("told");
        try (DeliveryQueue queue =
                queue(script("cat >>\"$1\"; echo \" $STILLSTREAM_DELIVERY_ID\" >>\"$1\"", told), 1)) {
            queue.offer(TestingSnapshot.delivery(1, "command", null, snapshot));
            queue.offer(TestingSnapshot.delivery(2, "command", snapshot, null));
            assertThat(done(queue, 2)).extracting(RolloutDelivery::decision).containsExactly(1L, 2L);
        }
        List<String> lines = Files.readAllLines(told);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("{\"delivery_id\":\"rollout-1-command\",\"decision\":1,\"verb\":\"promote\"")
                .contains("\"to\":{\"id\":\"a\",\"content_hash\":\"" + snapshot.contentHash() + "\",\"directory\":\""
                        + directory.resolve("snapshots/a") + "\",\"manifest\":{")
                .endsWith(" rollout-1-command");
        assertThat(lines.get(1))
                .contains("\"from\":{\"id\":\"a\"")
                .contains("\"to\":null")
                .endsWith(" rollout-2-command");
    }

    @Test
    void command_thatFails_isTriedAgainAndThenGivenUp() throws Exception {
        Path told = directory.resolve("told");
        AtomicInteger givenUp = new AtomicInteger();
        try (DeliveryQueue queue = queue(script("echo again >>\"$1\"; [ $(wc -l <\"$1\") -gt 4 ]", told), 4)) {
            queue.whenGivenUp(givenUp::incrementAndGet);
            queue.offer(TestingSnapshot.delivery(1, "command", null, snapshot));
            assertThat(done(queue, 1)).hasSize(1);
            assertThat(givenUp).hasValue(1);
            queue.offer(TestingSnapshot.delivery(2, "command", null, snapshot));
            assertThat(done(queue, 1)).hasSize(1);
        }
        assertThat(Files.readAllLines(told)).hasSize(5);
        assertThat(givenUp).hasValue(1);
    }

    @Test
    void webhook_statusesAndRetries_keepOneId() throws Exception {
        List<String> ids = new CopyOnWriteArrayList<>();
        List<String> bodies = new CopyOnWriteArrayList<>();
        List<Headers> headers = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            ids.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            headers.add(exchange.getRequestHeaders());
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(calls.incrementAndGet() < 3 ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        Path snapshots = directory.resolve("snapshots");
        try (var queue =
                new DeliveryQueue(List.of(new Webhook(url, SECRET, snapshots, TIMEOUT, AT_NOON)), 5, BACKOFF)) {
            queue.offer(TestingSnapshot.delivery(7, "webhook", null, snapshot));
            assertThat(done(queue, 1)).hasSize(1);
        } finally {
            server.stop(0);
        }
        assertThat(ids).containsExactly("rollout-7-webhook", "rollout-7-webhook", "rollout-7-webhook");
        assertThat(bodies).hasSize(3).allMatch(body -> body.equals(bodies.get(0)));
        String[] signed = new WebhookSignature(SECRET)
                .headers("rollout-7-webhook", AT_NOON.instant(), bodies.get(0).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < signed.length; i += 2) {
            assertThat(headers.get(2).getFirst(signed[i])).isEqualTo(signed[i + 1]);
        }
    }

    @Test
    void offer_targetThatIsNoLongerConfigured_isDone() throws Exception {
        try (var queue = new DeliveryQueue(List.of(), 1, BACKOFF)) {
            queue.offer(TestingSnapshot.delivery(1, "webhook", null, snapshot));
            assertThat(done(queue, 1)).hasSize(1);
        }
    }

    private DeliveryQueue queue(List<String> command, int attempts) {
        var hook = new CommandHook(command, directory.resolve("snapshots"), TIMEOUT);
        return new DeliveryQueue(List.of(hook), attempts, BACKOFF);
    }

    private static List<String> script(String text, Path argument) {
        return List.of("sh", "-c", text, "hook", argument.toString());
    }

    private static List<RolloutDelivery> done(DeliveryQueue queue, int count) {
        List<RolloutDelivery> done = new ArrayList<>();
        return await(count + " deliveries are done")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            done.addAll(queue.takeDone());
                            return done;
                        },
                        taken -> taken.size() >= count);
    }
}
