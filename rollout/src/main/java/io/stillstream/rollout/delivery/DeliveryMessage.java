package io.stillstream.rollout.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a command or a webhook is told, as JSON. */
final class DeliveryMessage {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double PER_PERCENT = RolloutStep.ALL / 100.0;

    private final Path snapshots;

    /** @param snapshots where the trainer's snapshots are, each under its id */
    DeliveryMessage(Path snapshots) {
        this.snapshots = snapshots;
    }

    /**
     * The same bytes for the same delivery, unless a snapshot was removed since.
     *
     * @throws DeliveryException when the snapshot that serves from now on is not there
     */
    byte[] of(RolloutDelivery delivery) {
        RolloutPoint point = delivery.point();
        ObjectNode node = JSON.createObjectNode();
        node.put("delivery_id", delivery.id());
        node.put("decision", delivery.decision());
        node.put("verb", delivery.verb().label());
        node.put("phase", point.phase().label());
        node.put("candidate_percent", point.buckets() / PER_PERCENT);
        node.put("step", point.kind().label());
        node.put("at", delivery.at().toString());
        name(node, "from", delivery.from());
        put(node, "to", delivery.to());
        put(node, "candidate", delivery.candidate());
        name(node, "rejected", delivery.rejected());
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new DeliveryException("the message of " + delivery.id() + " could not be written: " + e, e);
        }
    }

    private static void name(ObjectNode node, String field, @Nullable SnapshotReference reference) {
        if (reference == null) {
            node.putNull(field);
        } else {
            node.putObject(field).put("id", reference.id()).put("content_hash", reference.contentHash());
        }
    }

    private void put(ObjectNode node, String field, @Nullable SnapshotReference reference) {
        if (reference == null) {
            node.putNull(field);
            return;
        }
        SnapshotDirectory snapshot = SnapshotDirectory.open(snapshots, reference.id());
        ObjectNode found = node.putObject(field);
        found.put("id", reference.id());
        found.put("content_hash", reference.contentHash());
        found.put("directory", snapshot.path().toString());
        try {
            found.set("manifest", JSON.readTree(snapshot.manifestBytes()));
        } catch (IOException e) {
            throw new DeliveryException("the manifest in " + snapshot.path() + " cannot be read: " + e, e);
        }
    }
}
