package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.text.Printable;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The snapshots of a trainer's directory, newest first. */
final class SnapshotsSection {

    /** As many as a reader looks at; the trainer removes old ones anyway. */
    private static final int MOST = 40;

    private static final String BITS_PER_BYTE = "held_out_bits_per_byte";

    private final Path trainer;
    private final SnapshotStore store;
    private volatile List<Snapshot> snapshots = List.of();

    SnapshotsSection(Path trainer, Clock clock) {
        this.trainer = trainer;
        this.store = new SnapshotStore(trainer, clock);
    }

    /** @param champion the id of what serves; empty without one */
    JsonNode read(String champion) {
        if (Files.isDirectory(DataDirectory.snapshots(trainer))) {
            snapshots = store.list();
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        snapshots.stream().limit(MOST).forEach(snapshot -> add(snapshot.manifest(), champion, list.addObject()));
        return list;
    }

    private static void add(SnapshotManifest manifest, String champion, ObjectNode node) {
        node.put("id", Printable.line(manifest.id()));
        node.put("step", manifest.step());
        node.put("at", manifest.createdAt().toEpochMilli());
        node.put("champion", manifest.id().equals(champion));
        figure(node, "bitsPerByte", manifest.evaluation().get(BITS_PER_BYTE));
        figure(node, "teacherBitsPerByte", manifest.evaluation().get("held_out_teacher_bits_per_byte"));
        figure(node, "agreement", manifest.evaluation().get("held_out_teacher_agreement"));
        figure(node, "records", manifest.evaluation().get("held_out_records"));
    }

    private static void figure(ObjectNode node, String name, @Nullable Double value) {
        if (value != null && Double.isFinite(value)) {
            node.put(name, value);
        }
    }

    /** The held-out bits per byte of a snapshot; NaN where there is no such one. */
    double bitsPerByte(String id) {
        return find(id).map(snapshot -> snapshot.manifest().evaluation().getOrDefault(BITS_PER_BYTE, Double.NaN))
                .orElse(Double.NaN);
    }

    /** What a rollout calls a snapshot; empty where there is no such one. */
    Optional<SnapshotReference> reference(String id) {
        return find(id).flatMap(snapshot -> Snapshot.weights(snapshot.manifest().files())
                .map(hash -> new SnapshotReference(snapshot.manifest().id(), hash)));
    }

    /** Newest first, as they were last read. */
    List<Snapshot> directories() {
        return snapshots;
    }

    private Optional<Snapshot> find(String id) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.manifest().id().equals(id))
                .findFirst();
    }
}
