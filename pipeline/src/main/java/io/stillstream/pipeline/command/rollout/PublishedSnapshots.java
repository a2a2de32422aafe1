package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.util.Map;
import java.util.TreeMap;

/** The snapshots that were published on {@code student-snapshots}. */
final class PublishedSnapshots {

    private final Map<String, SnapshotManifest> byId = new TreeMap<>();
    private final String topic;

    private PublishedSnapshots(String topic) {
        this.topic = topic;
    }

    static PublishedSnapshots read(Map<String, Object> kafka, String topic) {
        var snapshots = new PublishedSnapshots(topic);
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.read(topic, null, found -> {
                if (found.value() != null) {
                    try {
                        SnapshotManifest manifest = SnapshotManifestCodec.decode(found.value());
                        snapshots.byId.put(manifest.id(), manifest);
                    } catch (ContractException e) {
                        throw new PipelineException(topic + ", offset " + found.offset() + ": " + e.getMessage(), e);
                    }
                }
            });
        }
        return snapshots;
    }

    /**
     * @param id of a snapshot, or the beginning of one
     * @throws PipelineException when there is none, or more than one
     */
    SnapshotReference find(String id) {
        SnapshotManifest found = byId.get(id);
        if (found == null) {
            var beginning =
                    byId.keySet().stream().filter(one -> one.startsWith(id)).toList();
            if (beginning.size() != 1) {
                throw new PipelineException(
                        beginning.isEmpty()
                                ? "no snapshot '" + id + "' was published on " + topic
                                        + "; 'stillstream snapshots' lists those" + " that there are"
                                : "'" + id + "' is the beginning of " + beginning.size() + " snapshots, "
                                        + String.join(", ", beginning) + "; expected one");
            }
            found = byId.get(beginning.get(0));
        }
        if (found == null) {
            throw new IllegalStateException("what was listed is there");
        }
        String name = found.id();
        return new SnapshotReference(
                name,
                Snapshot.weights(found.files())
                        .orElseThrow(() -> new PipelineException("the manifest of " + name + " names no weights")));
    }
}
