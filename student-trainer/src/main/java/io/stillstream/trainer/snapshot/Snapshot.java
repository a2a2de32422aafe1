package io.stillstream.trainer.snapshot;

import io.stillstream.contract.SnapshotManifest;
import java.nio.file.Path;

/**
 * A published snapshot: a Hugging Face model directory, its manifest, and what training goes on from.
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

    /** Whether training can go on from it. */
    public boolean hasTrainerPart() {
        return manifest.files().keySet().stream().anyMatch(name -> name.startsWith(TRAINER + "/"));
    }
}
