package io.stillstream.rollout.delivery;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A snapshot on disk as a trainer lays it out, of a text instead of weights. */
final class TestingSnapshot {

    private TestingSnapshot() {}

    static SnapshotReference write(Path snapshots, String id, String weights) throws IOException {
        Path directory = Files.createDirectories(snapshots.resolve(id));
        Files.createDirectories(directory.resolve("trainer"));
        Files.writeString(directory.resolve("model.safetensors"), weights);
        Files.writeString(directory.resolve("trainer/held-out"), "what somebody wrote");
        FileDigest digest = new FileDigest(Digests.sha256(weights), weights.length());
        FileDigest heldOut = new FileDigest(Digests.sha256("what somebody wrote"), 19);
        var manifest = new SnapshotManifest(
                id,
                1,
                Map.of("model.safetensors", digest, "trainer/held-out", heldOut),
                Map.of(),
                new TeacherIdentity("tiny", "", "", ""),
                "",
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                new Writer(1, 0, ""));
        Files.write(directory.resolve("manifest.json"), SnapshotManifestCodec.encode(manifest));
        return new SnapshotReference(id, digest.sha256());
    }

    static RolloutDelivery delivery(
            long decision, String target, @Nullable SnapshotReference from, @Nullable SnapshotReference to) {
        var point = new RolloutPoint(RolloutPhase.HEALTHY, to == null ? "" : to.id(), "", 0, 0, RolloutStep.Kind.SHARE);
        return new RolloutDelivery(decision, target, RolloutVerb.PROMOTE, point, from, to, null, null, Instant.EPOCH);
    }

    static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
