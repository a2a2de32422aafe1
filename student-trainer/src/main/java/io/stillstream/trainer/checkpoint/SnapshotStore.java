package io.stillstream.trainer.checkpoint;

import io.stillstream.student.StudentException;
import io.stillstream.student.snapshot.SnapshotDirectory;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.storage.DataDirectory;
import io.stillstream.trainer.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of a data directory and the names that point to them. */
public final class SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

    private final ManifestStore snapshots;
    private final Path aliases;

    /** Reading needs no lock; whoever publishes holds the {@link DataDirectory}. */
    public SnapshotStore(Path dataDirectory, Clock clock) {
        Path root = dataDirectory.toAbsolutePath().normalize();
        this.snapshots = new ManifestStore("snapshot", DataDirectory.snapshots(root), clock);
        this.aliases = DataDirectory.aliases(root);
    }

    /**
     * Writes and publishes a snapshot; one with the same step and weights keeps its files.
     *
     * @param permission asked right before the snapshot gets its name; throws to forbid it
     */
    public Snapshot publish(SnapshotDraft draft, Permission permission) {
        return snapshots.publish(draft, permission);
    }

    /** The newest snapshot whose every file is what its manifest says; damaged ones are skipped with a warning. */
    public Optional<Snapshot> newestValid() {
        return newestValid(snapshot -> true);
    }

    /** The newest of those that qualify. */
    public Optional<Snapshot> newestValid(Predicate<Snapshot> qualifies) {
        return list().stream().filter(qualifies).filter(snapshots::isValid).findFirst();
    }

    /** Whether there is no snapshot at all, not even a damaged one. */
    public boolean isEmpty() {
        return snapshots.isEmpty();
    }

    /** All snapshots with a readable manifest, newest first: in the order in which they were written. */
    public List<Snapshot> list() {
        return snapshots.list();
    }

    /** @throws TrainerException when a file is missing, shorter, longer or other than the manifest says */
    public static void verify(Snapshot snapshot) {
        try {
            new SnapshotDirectory(snapshot.directory(), snapshot.manifest()).verify();
        } catch (StudentException e) {
            throw new TrainerException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Points an alias to a snapshot; readers see the old one or the new one. */
    public void alias(Alias alias, Snapshot snapshot) {
        Path file = aliases.resolve(alias.fileName());
        try {
            DurableFiles.replace(file, snapshot.manifest().id() + "\n");
        } catch (IOException e) {
            throw new TrainerException("the alias " + file + " could not be moved: " + e, e);
        }
    }

    /** Leaves an alias pointing to nothing. */
    public void removeAlias(Alias alias) {
        Path file = aliases.resolve(alias.fileName());
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new TrainerException("the alias " + file + " could not be removed: " + e, e);
        }
    }

    /** The id that the alias of that name points to; the name itself where there is no such alias. */
    public String named(String name) {
        return aliases().entrySet().stream()
                .filter(alias -> alias.getKey().name().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(name);
    }

    /** Which snapshot each alias points to, by id. */
    public Map<Alias, String> aliases() {
        Map<Alias, String> ids = new EnumMap<>(Alias.class);
        for (Alias alias : Alias.values()) {
            Path file = aliases.resolve(alias.fileName());
            try {
                ids.put(alias, Files.readString(file).strip());
            } catch (NoSuchFileException e) {
                LOG.debug("no alias {}", file, e);
            } catch (IOException e) {
                throw new TrainerException("the alias " + file + " cannot be read: " + e, e);
            }
        }
        return ids;
    }

    /**
     * Removes all but the newest snapshots and those an alias points to, and what is too old; but never the newest
     * intact one.
     *
     * @param atMost how old one may become; zero for any age
     */
    public void retain(int newest, Duration atMost) {
        snapshots.retain(newest, atMost, new HashSet<>(aliases().values()));
    }

    /** Removes what a crash left half written or half removed. */
    public void sweep() {
        snapshots.sweep();
    }
}
