package io.stillstream.rollout.delivery;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A published snapshot on disk. */
final class SnapshotDirectory {

    static final String MANIFEST = "manifest.json";

    /** What only training needs, held-out records among it, which are what people wrote. */
    private static final String TRAINER = "trainer/";

    private final Path path;
    private final byte[] manifestBytes;
    private final SnapshotManifest manifest;

    private SnapshotDirectory(Path path, byte[] manifestBytes, SnapshotManifest manifest) {
        this.path = path;
        this.manifestBytes = manifestBytes;
        this.manifest = manifest;
    }

    /** @throws DeliveryException when it is not there, or is another one */
    static SnapshotDirectory open(Path snapshots, String id) {
        Path directory = snapshots.resolve(id).toAbsolutePath().normalize();
        try {
            byte[] bytes = Files.readAllBytes(directory.resolve(MANIFEST));
            SnapshotManifest manifest = SnapshotManifestCodec.decode(bytes);
            if (!manifest.id().equals(id)) {
                throw new DeliveryException(directory + " holds the snapshot " + manifest.id() + "; expected " + id);
            }
            return new SnapshotDirectory(directory, bytes, manifest);
        } catch (IOException | ContractException e) {
            throw new DeliveryException("the snapshot in " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Absolute. */
    Path path() {
        return path;
    }

    SnapshotManifest manifest() {
        return manifest;
    }

    /** As they are on disk. */
    byte[] manifestBytes() {
        return manifestBytes.clone();
    }

    /** What serving needs, by name. */
    Map<String, FileDigest> servedFiles() {
        Map<String, FileDigest> served = new TreeMap<>(manifest.files());
        served.keySet().removeIf(name -> name.startsWith(TRAINER));
        return served;
    }

    /** @throws DeliveryException when a file in the directory is not what the manifest says */
    void requireIntact(Path directory) {
        servedFiles().forEach((name, expected) -> {
            Path file = directory.resolve(name);
            if (!file.normalize().startsWith(directory)) {
                throw new DeliveryException("the manifest of " + manifest.id() + " names the file '" + name
                        + "'; expected one in its directory");
            }
            try {
                String found = Digests.sha256(file);
                if (!found.equals(expected.sha256())) {
                    throw new DeliveryException(file + " has the sha256 " + found + "; expected " + expected.sha256());
                }
            } catch (UncheckedIOException e) {
                throw new DeliveryException(file + " cannot be read: " + e.getCause(), e);
            }
        });
    }
}
