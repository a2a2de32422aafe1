package io.stillstream.pipeline.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.producer.stage.ProducerStage;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.TargetsTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Traffic that does harm: somebody imports an export whose answers are words in no order. A file as a user would have it, brought
 * in by a producer of its own.
 */
final class BadImport {

    static final String TENANT = "import";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** So many that a snapshot falls into it, and the student has unlearned what a story is. */
    private static final int TIMES = 4;

    private static final int WORDS = 60;

    private final Path file;
    private final int records;

    private BadImport(Path file, int records) {
        this.file = file;
        this.records = records;
    }

    /** @param prompts the demo's good ones, whose words are used */
    static BadImport write(Path prompts, Path file) throws IOException {
        List<JsonNode> good = new ArrayList<>();
        for (String line : Files.readAllLines(prompts)) {
            good.add(JSON.readTree(line));
        }
        List<String> words = good.stream()
                .flatMap(prompt -> Arrays.stream(prompt.path("prompt").asText().split("\\s+")))
                .toList();
        var random = new Random(1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < TIMES * good.size(); i++) {
            List<String> answer = new ArrayList<>();
            for (int word = 0; word < WORDS; word++) {
                answer.add(words.get(random.nextInt(words.size())));
            }
            ObjectNode line = JSON.createObjectNode()
                    .put("id", "import-" + i)
                    .put("conversation_id", "import-" + i)
                    .put("tenant", TENANT)
                    .put("prompt", good.get(i % good.size()).path("prompt").asText())
                    .put("response", String.join(" ", answer));
            lines.add(line.toString());
        }
        Files.write(file, lines);
        return new BadImport(file, lines.size());
    }

    int records() {
        return records;
    }

    /**
     * Whether a rejected snapshot was trained on some of it: a snapshot from before the import can be rejected after it began.
     *
     * @param contentHash of the rejected snapshot; one whose files are gone counts as one that learned from it
     * @param champion from which training would go on
     */
    boolean wasLearnedBy(
            String contentHash,
            @Nullable SnapshotReference champion,
            StillstreamConfig config,
            String bootstrapServers) {
        Optional<SnapshotManifest> rejected = new SnapshotStore(config.trainerDirectory(), Clock.systemUTC())
                .list().stream()
                        .map(Snapshot::manifest)
                        .filter(manifest -> Snapshot.weights(manifest.files())
                                .filter(contentHash::equals)
                                .isPresent())
                        .findFirst();
        if (rejected.isEmpty() || champion == null) {
            return true;
        }
        var topic = new TargetsTopic(
                config.kafka().clientProperties(bootstrapServers),
                config.topics().teacherTargets(),
                config.trainer().patience());
        Map<Integer, Long> trained = Offsets.parse(rejected.get().offsets()).byPartitionNumber();
        return new Rewind(config.trainerDirectory())
                .preview(champion.id(), new Quarantine.Tenant(TENANT), topic).read().stream()
                        .anyMatch(range -> range.first() < trained.getOrDefault(range.partition(), 0L));
    }

    /** Returns when all of it is on its way. */
    void send(StillstreamConfig config, String bootstrapServers) {
        Map<String, String> settings = Map.of(
                "traffic.source",
                file.toString(),
                "traffic.repeat",
                "1",
                "traffic.max-in-flight",
                "0",
                "data-directory",
                config.dataDirectory().resolve("import").toString());
        StillstreamConfig importing = new ConfigLoader(Map.of()).load(config, null, settings);
        // Somebody else's process, as it were: its meters are not this one's.
        MonitoringConfig unseen = new MonitoringConfig(false, "127.0.0.1", 0);
        try (Telemetry telemetry = Telemetry.start(unseen, Stage.PRODUCER)) {
            Files.createDirectories(importing.dataDirectory());
            ProducerStage producer = new Stages(importing, bootstrapServers, telemetry).producer();
            var unused = producer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
