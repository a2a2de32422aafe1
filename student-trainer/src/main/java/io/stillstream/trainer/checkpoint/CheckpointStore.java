package io.stillstream.trainer.checkpoint;

import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The checkpoints of a data directory, which training resumes from. A checkpoint is a snapshot with optimizer and trainer
 * state, and is not published.
 */
public final class CheckpointStore {

    private final ManifestStore checkpoints;

    /** Reading needs no lock; whoever writes holds the {@link DataDirectory}. */
    public CheckpointStore(Path dataDirectory, Clock clock) {
        Path root = dataDirectory.toAbsolutePath().normalize();
        this.checkpoints = new ManifestStore("checkpoint", DataDirectory.checkpoints(root), clock);
    }

    /**
     * Writes a checkpoint whole.
     *
     * @param permission asked right before the checkpoint gets its name; throws to forbid it
     */
    public Snapshot write(SnapshotDraft draft, Permission permission) {
        return checkpoints.publish(draft, permission);
    }

    /** All with a readable manifest, newest first: in the order in which they were written. */
    public List<Snapshot> list() {
        return checkpoints.list();
    }

    /** The newest that qualifies and whose every file is what its manifest says; damaged ones are skipped with a warning. */
    public Optional<Snapshot> newestValid(Predicate<Snapshot> qualifies) {
        return list().stream().filter(qualifies).filter(checkpoints::isValid).findFirst();
    }

    /** Whether there is no checkpoint at all, not even a damaged one. */
    public boolean isEmpty() {
        return checkpoints.isEmpty();
    }

    /**
     * Removes all but the newest and those of the snapshots that are kept; never the newest intact one.
     *
     * @param snapshots the snapshots that are kept
     */
    public void retain(int newest, List<Snapshot> snapshots) {
        checkpoints.retain(
                newest,
                Duration.ZERO,
                snapshots.stream().map(snapshot -> snapshot.manifest().id()).collect(Collectors.toSet()));
    }

    /** Removes what a crash or a full disk left half written or half removed. */
    public void sweep() {
        checkpoints.sweep();
    }
}
