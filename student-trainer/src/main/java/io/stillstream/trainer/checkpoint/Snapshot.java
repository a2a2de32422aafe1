package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.trainer.heldout.HeldOutSet;
import java.nio.file.Path;

/**
 * A snapshot or checkpoint: a Hugging Face model directory with its manifest and the held-out records; a checkpoint also
 * has the optimizer and the trainer's state, which training resumes from.
 *
 * @param directory absolute
 */
public record Snapshot(Path directory, SnapshotManifest manifest) {

    public static final String MANIFEST = "manifest.json";
    public static final String WEIGHTS = "model.safetensors";
    /** The sub-directory of what only training needs. */
    public static final String TRAINER = "trainer";

    public Path trainerDirectory() {
        return directory.resolve(TRAINER);
    }

    /** The records that were held out up to it; see {@link HeldOutSet#read}. */
    public static Path heldOutFile(Path snapshotDirectory) {
        return snapshotDirectory.resolve(TRAINER).resolve(HeldOutSet.FILE_NAME);
    }
}
