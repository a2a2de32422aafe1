package io.stillstream.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.serving.weights.Follow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots of a real student that take each other's place. {@code -Dstillstream.serving.swaps=200} makes it long, and looks at memory:
 * then with {@code MALLOC_ARENA_MAX=1} and {@code -Dstillstream.it.jvm="-Xms256m -Xmx256m -XX:+AlwaysPreTouch"}, so that what grows
 * is not the heap.
 */
final class SwapIT {

    private static final int SWAPS = Integer.getInteger("stillstream.serving.swaps", 4);
    private static final int STREAMS = 8;
    private static final int MEASURED_EVERY = 10;

    /** Measurements before the one that later ones are compared with. */
    private static final int WARM_UP = 2;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final String TEXT = "/v1/completions";
    private static final String STREAM = "{'model': 'student', 'prompt': 'Once upon a time', 'max_tokens': 24,"
            + " 'temperature': 0, 'stream': true}";

    @TempDir
    private Path directory;

    private TestingSnapshots snapshots;
    private Telemetry telemetry;
    private ServingStage stage;
    private TestingCaller caller;

    @BeforeEach
    void follow() throws Exception {
        snapshots = new TestingSnapshots(directory);
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        ServingConfig config = TestingServing.config(null, Follow.CHAMPION, Duration.ofMillis(20));
        stage = ServingStage.start(config, directory, Topics.defaults(), Map.of(), telemetry);
        caller = new TestingCaller(stage.address());
    }

    @AfterEach
    void close() {
        stage.close();
        telemetry.close();
    }

    @Test
    void server_beforeTheFirstSnapshot_saysSo() throws Exception {
        assertThat(caller.post(TEXT, STREAM).statusCode()).isEqualTo(503);
    }

    @Test
    void streams_overManySwaps_areEachOfOneSnapshot() throws Exception {
        List<String> ids = List.of(snapshots.publish(1, 0), snapshots.publish(2, 0.2));
        Map<String, String> answers = new HashMap<>();
        for (String id : ids) {
            serve(id);
            Streamed alone = stream();
            assertThat(alone.fingerprints()).containsExactly(id);
            answers.put(id, alone.text());
        }
        assertThat(new HashSet<>(answers.values()))
                .as("the two answer differently")
                .hasSize(2);

        var done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(STREAMS);
        List<Future<List<Streamed>>> running = new ArrayList<>();
        List<Long> resident = new ArrayList<>();
        try {
            for (int i = 0; i < STREAMS; i++) {
                Callable<List<Streamed>> streaming = () -> {
                    List<Streamed> streamed = new ArrayList<>();
                    while (!done.get()) {
                        streamed.add(stream());
                    }
                    return streamed;
                };
                running.add(threads.submit(streaming));
            }
            for (int swap = 0; swap < SWAPS; swap++) {
                serve(ids.get(swap % 2));
                if (swap % MEASURED_EVERY == 0) {
                    resident.add(residentKibibytes());
                }
            }
        } finally {
            done.set(true);
            threads.shutdown();
            threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        List<Streamed> all = new ArrayList<>();
        for (Future<List<Streamed>> streamed : running) {
            all.addAll(streamed.get());
        }
        System.out.printf(
                "%d swaps, %d streams: MiB resident, every %d swaps: %s%n",
                SWAPS,
                all.size(),
                MEASURED_EVERY,
                resident.stream().map(kibibytes -> kibibytes >> 10).toList());

        assertThat(all).isNotEmpty().allSatisfy(streamed -> {
            assertThat(streamed.fingerprints()).hasSize(1);
            String id = streamed.fingerprints().iterator().next();
            assertThat(streamed.text()).isEqualTo(answers.get(id));
        });
        assertThat(all.stream().flatMap(streamed -> streamed.fingerprints().stream()))
                .contains(ids.get(0), ids.get(1));
        if (resident.size() > 2 * WARM_UP) {
            long warm = resident.get(WARM_UP);
            assertThat(resident.get(resident.size() - 1)).isLessThanOrEqualTo(warm + warm / 20);
        }
    }

    @Test
    void snapshot_thatWasChanged_isNotServed_untilItIsMended() throws Exception {
        String good = snapshots.publish(1, 0);
        String changed = snapshots.publish(2, 0.2);
        Path weights = snapshots.directory(changed).resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        TestingSnapshots.disturb(weights, 0.1);
        serve(good);
        snapshots.alias("champion", changed);
        refused();

        assertThat(stream().fingerprints()).containsExactly(good);

        // Nobody touches the manifest, or starts the server again.
        Files.write(weights, whole);
        serve(changed);
    }

    @Test
    void snapshot_withoutItsManifest_isNotServed() throws Exception {
        String good = snapshots.publish(1, 0);
        String bare = snapshots.publish(2, 0.2);
        Files.delete(snapshots.directory(bare).resolve("manifest.json"));
        serve(good);
        snapshots.alias("champion", bare);
        refused();

        assertThat(stream().fingerprints()).containsExactly(good);
    }

    @Test
    void snapshot_thatAnswersOtherwise_isNotServed() throws Exception {
        String good = snapshots.publish(1, 0);
        String other = snapshots.publish(2, 0.2);
        // Its files are as its manifest says, and its golden prompts are another's.
        String impostor = snapshots.publishWithGoldenOf(3, 0.1, snapshots.directory(other));
        assertThat(Files.isDirectory(snapshots.directory(impostor))).isTrue();
        serve(good);
        snapshots.alias("champion", impostor);
        refused();

        assertThat(stream().fingerprints()).containsExactly(good);
    }

    private void serve(String id) throws Exception {
        snapshots.alias("champion", id);
        await(id + " is served")
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> caller.get("/v1/models").body(), models -> models.contains(id));
    }

    private void refused() {
        await("a snapshot is refused")
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> telemetry
                                .registry()
                                .get("stillstream.serving.swaps")
                                .tag("outcome", "refused")
                                .counter()
                                .count()
                        > 0);
    }

    private record Streamed(String text, Set<String> fingerprints) {}

    private Streamed stream() throws Exception {
        StringBuilder text = new StringBuilder();
        Set<String> fingerprints = new HashSet<>();
        for (JsonNode event : caller.events(TEXT, STREAM)) {
            text.append(event.at("/choices/0/text").asText());
            fingerprints.add(event.path("system_fingerprint").asText());
        }
        return new Streamed(text.toString(), fingerprints);
    }

    private static long residentKibibytes() throws Exception {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
