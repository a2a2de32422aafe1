package io.stillstream.pipeline.production;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots that were published on {@code student-snapshots}. */
public final class PublishedSnapshots {

    private static final int SHOWN = 3;

    private static final Logger LOG = LoggerFactory.getLogger(PublishedSnapshots.class);

    private final Map<String, SnapshotManifest> byId = new TreeMap<>();
    private final String topic;

    private PublishedSnapshots(String topic) {
        this.topic = topic;
    }

    /** Reads the topic to its end. */
    public static PublishedSnapshots read(Map<String, Object> kafka, String topic) {
        var snapshots = new PublishedSnapshots(topic);
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.read(topic, null, found -> {
                if (found.value() != null) {
                    try {
                        SnapshotManifest manifest = SnapshotManifestCodec.decode(found.value());
                        snapshots.byId.put(manifest.id(), manifest);
                    } catch (ContractException e) {
                        // The topic is compacted: an older version's would be in the way for ever.
                        LOG.warn("{}, offset {}, is passed over: {}", topic, found.offset(), e.getMessage());
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
    public SnapshotReference find(String id) {
        return reference(manifest(id));
    }

    /** As {@link #find}, whether its directory is still there or not. */
    public SnapshotManifest manifest(String id) {
        SnapshotManifest found = byId.get(id);
        if (found == null) {
            var beginning =
                    byId.keySet().stream().filter(one -> one.startsWith(id)).toList();
            if (beginning.size() != 1) {
                throw new PipelineException(
                        beginning.isEmpty()
                                ? "no snapshot '" + id + "' was published on " + topic + published()
                                : "'" + id + "' is the beginning of " + beginning.size() + " snapshots, "
                                        + String.join(", ", beginning) + "; expected one");
            }
            found = Objects.requireNonNull(byId.get(beginning.get(0)));
        }
        return found;
    }

    /** @throws PipelineException where the manifest names no weights */
    static SnapshotReference reference(SnapshotManifest manifest) {
        return new SnapshotReference(
                manifest.id(),
                Snapshot.weights(manifest.files())
                        .orElseThrow(
                                () -> new PipelineException("the manifest of " + manifest.id() + " names no weights")));
    }

    /** A directory may have more than the topic of this cluster, whose trainer need not be its. */
    private String published() {
        if (byId.isEmpty()) {
            return ", which holds none; expected one that a trainer of this cluster published";
        }
        var newest = byId.values().stream()
                .sorted(Comparator.comparing(SnapshotManifest::createdAt).reversed())
                .limit(SHOWN)
                .map(SnapshotManifest::id)
                .toList();
        return "; the last of the " + byId.size() + " that it holds " + (newest.size() == 1 ? "is " : "are ")
                + String.join(", ", newest);
    }
}
