package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.student.snapshot.SnapshotDirectory;
import io.stillstream.trainer.heldout.HeldOutSet;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot or checkpoint: a Hugging Face model directory with its manifest and the held-out records; a checkpoint also
 * has the optimizer and the trainer's state, which training resumes from.
 *
 * @param directory absolute
 */
public record Snapshot(Path directory, SnapshotManifest manifest) {

    public static final String MANIFEST = SnapshotDirectory.MANIFEST;
    /** The sub-directory of what only training needs. */
    public static final String TRAINER = "trainer";

    public Path trainerDirectory() {
        return directory.resolve(TRAINER);
    }

    /**
     * What tells a student's weights from others': the sha256 of their file, or of shards that of their names and sha256s.
     *
     * @param files of a manifest
     * @return empty where no file holds weights
     */
    public static Optional<String> weights(Map<String, FileDigest> files) {
        return WeightFiles.sha256(files);
    }

    /** The records that were held out up to it; see {@link HeldOutSet#read}. */
    public static Path heldOutFile(Path snapshotDirectory) {
        return snapshotDirectory.resolve(TRAINER).resolve(HeldOutSet.FILE_NAME);
    }
}
