package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import java.nio.file.Path;

/**
 * A snapshot or checkpoint: a Hugging Face model directory, its manifest, the records held out, and in a checkpoint what
 * training goes on from.
 *
 * @param directory absolute
 */
public record Snapshot(Path directory, SnapshotManifest manifest) {

    public static final String MANIFEST = "manifest.json";
    public static final String WEIGHTS = "model.safetensors";
    /** The sub-directory of what only training needs. */
    public static final String TRAINER = "trainer";

    /** A file of that directory without which training cannot go on. */
    public static final String TRAINER_STATE = "state.json";

    public Path trainerDirectory() {
        return directory.resolve(TRAINER);
    }

    /** Whether training can go on from it. */
    public boolean hasTrainerPart() {
        return manifest.files().containsKey(TRAINER + "/" + TRAINER_STATE);
    }
}
