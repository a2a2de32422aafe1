package io.stillstream.trainer.checkpoint;

import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The checkpoints of a data directory: what training goes on from. A checkpoint is a snapshot with the trainer's part that
 * nobody is told of. A snapshot that was written before there were checkpoints has that part too, and counts as one.
 */
public final class CheckpointStore {

    private final ManifestStore checkpoints;
    private final ManifestStore snapshots;

    /** Reading needs no lock; whoever writes holds the {@link DataDirectory}. */
    public CheckpointStore(Path dataDirectory, Clock clock) {
        Path root = dataDirectory.toAbsolutePath().normalize();
        this.checkpoints = new ManifestStore("checkpoint", DataDirectory.checkpoints(root), clock);
        this.snapshots = new ManifestStore("snapshot", DataDirectory.snapshots(root), clock);
    }

    /**
     * Writes a checkpoint whole.
     *
     * @param permission asked right before the checkpoint gets its name; throws to forbid it
     */
    public Snapshot write(SnapshotDraft draft, Runnable permission) {
        return checkpoints.publish(draft, permission);
    }

    /** All with a readable manifest, newest first: in the order in which they were written. */
    public List<Snapshot> list() {
        List<Snapshot> all = new ArrayList<>(checkpoints.list());
        snapshots.list().stream().filter(Snapshot::hasTrainerPart).forEach(all::add);
        ManifestStore.sort(all);
        return all;
    }

    /** The newest that qualifies and whose every file is what its manifest says; damaged ones are passed over loudly. */
    public Optional<Snapshot> newestValid(Predicate<Snapshot> qualifies) {
        return list().stream().filter(qualifies).filter(checkpoints::isValid).findFirst();
    }

    /** Whether there is nothing that training could once have gone on from, not even damaged. */
    public boolean isEmpty() {
        return checkpoints.isEmpty() && snapshots.isEmpty();
    }

    /**
     * Removes all but the newest and those that a snapshot needs to be gone back to; never the newest that is whole.
     *
     * @param snapshots the snapshots that are kept
     */
    public void retain(int newest, List<Snapshot> snapshots) {
        checkpoints.retain(
                newest,
                Duration.ZERO,
                snapshots.stream().map(snapshot -> snapshot.manifest().id()).collect(Collectors.toSet()));
    }

    /** Removes what a crash or a full disk left half written, or half removed. */
    public void sweep() {
        checkpoints.sweep();
    }
}
