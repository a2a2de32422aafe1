package io.stillstream.student.snapshot;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.student.StudentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A published snapshot: a Hugging Face directory and the manifest of its files.
 *
 * @param path absolute
 */
public record SnapshotDirectory(Path path, SnapshotManifest manifest) {

    /** The file of the manifest. */
    public static final String MANIFEST = "manifest.json";

    /** Where a trainer's data directory has its snapshots, each in a directory that is named by its id. */
    public static final String SNAPSHOTS = "snapshots";

    /** Where a trainer's data directory has its aliases, each a file that holds a snapshot's id. */
    public static final String ALIASES = "aliases";

    /** Whether the directory has a manifest: others are students that no trainer published. */
    public static boolean isIn(Path directory) {
        return Files.isRegularFile(directory.resolve(MANIFEST));
    }

    /** @throws StudentException when there is no manifest, or it was changed after it was written */
    public static SnapshotDirectory read(Path directory) {
        Path file = directory.resolve(MANIFEST);
        try {
            return new SnapshotDirectory(
                    directory.toAbsolutePath().normalize(), SnapshotManifestCodec.decode(Files.readAllBytes(file)));
        } catch (IOException | ContractException e) {
            throw new StudentException("the manifest " + file + " cannot be used: " + e, e);
        }
    }

    /**
     * Reads every file of the manifest.
     *
     * @throws StudentException when one is missing, shorter, longer or other than the manifest says
     */
    public void verify() {
        if (manifest.files().keySet().stream().noneMatch(WeightFiles::isWeights)) {
            throw noWeights();
        }
        manifest.files().forEach(this::verify);
    }

    private void verify(String name, FileDigest expected) {
        Path file = path.resolve(name);
        try {
            long size = Files.size(file);
            if (size != expected.size()) {
                throw new StudentException(
                        file + " has " + size + " bytes; expected " + expected.size() + " as in the manifest");
            }
            String sha256 = Digests.sha256(file);
            if (!sha256.equals(expected.sha256())) {
                throw new StudentException(file + " has the sha256 " + sha256 + "; expected " + expected.sha256());
            }
        } catch (IOException | UncheckedIOException e) {
            throw new StudentException(file + " cannot be read: " + e, e);
        }
    }

    /**
     * What tells its weights from others, as the manifest has it.
     *
     * @throws StudentException when it names no weights
     */
    public String contentHash() {
        return WeightFiles.sha256(manifest.files()).orElseThrow(this::noWeights);
    }

    private StudentException noWeights() {
        return new StudentException(
                "the manifest in " + path + " names no weights; expected " + WeightFiles.WHOLE + " or its shards");
    }

    /**
     * What its weights answered when it was published; empty where nothing was held out then.
     *
     * @throws StudentException when the manifest names them and they cannot be read
     */
    public Optional<GoldenPrompts> goldenPrompts() {
        return manifest.files().containsKey(GoldenPrompts.FILE_NAME)
                ? Optional.of(GoldenPrompts.read(path.resolve(GoldenPrompts.FILE_NAME)))
                : Optional.empty();
    }
}
