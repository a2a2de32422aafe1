package io.stillstream.bench.fault.rollout;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Snapshots on disk, laid out and described as a trainer's are, of random bytes instead of weights. */
final class TestingSnapshots {

    private final Path directory;
    private final int weightBytes;

    TestingSnapshots(Path directory, int weightBytes) {
        this.directory = directory;
        this.weightBytes = weightBytes;
    }

    Path directory() {
        return directory;
    }

    /** The snapshot of a number, which is written where it is not there yet. */
    SnapshotReference get(int number) throws IOException {
        byte[] weights = new byte[weightBytes];
        new Random(number).nextBytes(weights);
        String hash = Digests.sha256(weights);
        String id = String.format(Locale.ROOT, "%010d-%s", number, hash.substring(0, 12));
        Path snapshot = directory.resolve(id);
        if (!Files.exists(snapshot.resolve("manifest.json"))) {
            Files.createDirectories(snapshot);
            Map<String, FileDigest> files = new TreeMap<>();
            add(snapshot, "model.safetensors", weights, files);
            add(snapshot, "config.json", ("{\"number\":" + number + "}").getBytes(StandardCharsets.UTF_8), files);
            var manifest = new SnapshotManifest(
                    id,
                    number,
                    files,
                    Map.of(),
                    new TeacherIdentity("testing", "", "", ""),
                    "",
                    "",
                    Map.of(),
                    Map.of(),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    new Writer(1, 0, ""));
            Files.write(snapshot.resolve("manifest.json"), SnapshotManifestCodec.encode(manifest));
        }
        return new SnapshotReference(id, hash);
    }

    private static void add(Path snapshot, String name, byte[] bytes, Map<String, FileDigest> files)
            throws IOException {
        Files.write(snapshot.resolve(name), bytes);
        files.put(name, new FileDigest(Digests.sha256(bytes), bytes.length));
    }
}
