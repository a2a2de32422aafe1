package io.stillstream.trainer.snapshot;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.Digests;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifestCodec;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a data directory, each in a directory named after its step and the first digits of its weights'
 * sha256. Names that begin with a dot are snapshots not yet whole, or no longer.
 *
 * <p>A snapshot is written beside the others under such a name, its files are hashed into the manifest, everything is
 * forced to the disk, and the directory is moved to its name: there is no moment in which a snapshot is there in part.
 */
public final class SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);
    private static final int ID_DIGITS = 12;
    private static final Comparator<Snapshot> NEWEST_FIRST = Comparator.comparingLong(
                    (Snapshot snapshot) -> snapshot.manifest().step())
            .thenComparing(snapshot -> snapshot.manifest().createdAt())
            .reversed();

    private final Path snapshots;
    private final Path aliases;
    private final Clock clock;

    /** Reading needs no lock; whoever publishes holds the {@link DataDirectory}. */
    public SnapshotStore(Path dataDirectory, Clock clock) {
        Path root = dataDirectory.toAbsolutePath().normalize();
        this.snapshots = DataDirectory.snapshots(root);
        this.aliases = DataDirectory.aliases(root);
        this.clock = clock;
    }

    /** Writes and publishes a snapshot; one with the same step and weights is left as it is and returned. */
    public Snapshot publish(SnapshotDraft draft) {
        Path draftDirectory = snapshots.resolve(".writing-" + draft.step());
        try {
            if (Files.exists(draftDirectory)) {
                DurableFiles.removeTree(draftDirectory);
            }
            Files.createDirectories(draftDirectory);
            draft.contents().accept(draftDirectory);
            SnapshotManifest manifest = manifest(draft, draftDirectory);
            Path directory = snapshots.resolve(manifest.id());
            if (Files.exists(directory)) {
                Optional<Snapshot> published = intact(directory);
                if (published.isPresent()) {
                    DurableFiles.removeTree(draftDirectory);
                    return published.get();
                }
                DurableFiles.remove(directory);
            }
            Files.write(draftDirectory.resolve(Snapshot.MANIFEST), SnapshotManifestCodec.encode(manifest));
            DurableFiles.forceTree(draftDirectory);
            DurableFiles.publish(draftDirectory, directory);
            return new Snapshot(directory, manifest);
        } catch (IOException e) {
            throw new TrainerException(
                    "the snapshot of step " + draft.step() + " could not be written to " + snapshots + ": " + e, e);
        }
    }

    /** The newest snapshot whose every file is what its manifest says; damaged ones are passed over with a warning. */
    public Optional<Snapshot> newestValid() {
        return list().stream().filter(SnapshotStore::isValid).findFirst();
    }

    /** Whether there is no snapshot at all, not even a damaged one. */
    public boolean isEmpty() {
        return directories(false).isEmpty();
    }

    /** All snapshots with a readable manifest, newest first. */
    public List<Snapshot> list() {
        return directories(false).stream()
                .flatMap(directory -> readable(directory).stream())
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /** @throws TrainerException when a file is missing, shorter, longer or other than the manifest says */
    public static void verify(Snapshot snapshot) {
        if (!snapshot.manifest().files().containsKey(Snapshot.WEIGHTS)) {
            throw new TrainerException("the manifest in " + snapshot.directory() + " names no " + Snapshot.WEIGHTS);
        }
        snapshot.manifest().files().forEach((name, expected) -> {
            Path file = snapshot.directory().resolve(name);
            try {
                long size = Files.size(file);
                if (size != expected.size()) {
                    throw new TrainerException(
                            file + " has " + size + " bytes; expected " + expected.size() + " as in the manifest");
                }
                String sha256 = Digests.sha256(file);
                if (!sha256.equals(expected.sha256())) {
                    throw new TrainerException(file + " has the sha256 " + sha256 + "; expected " + expected.sha256());
                }
            } catch (IOException | UncheckedIOException e) {
                throw new TrainerException(file + " cannot be read: " + e, e);
            }
        });
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

    /** Removes all but the newest snapshots and those an alias points to. */
    public void retain(int newest) {
        Set<String> aliased = new HashSet<>(aliases().values());
        list().stream()
                .skip(newest)
                .filter(snapshot -> !aliased.contains(snapshot.manifest().id()))
                .forEach(snapshot -> remove(snapshot.directory()));
    }

    /** Removes what a crash left half written or half removed. */
    public void sweep() {
        for (Path directory : directories(true)) {
            LOG.info("removing {}, which a crash left behind", directory);
            try {
                DurableFiles.removeTree(directory);
            } catch (IOException e) {
                throw new TrainerException(directory + " could not be removed: " + e, e);
            }
        }
    }

    private static Optional<Snapshot> intact(Path directory) {
        return readable(directory).filter(SnapshotStore::isValid);
    }

    private static Optional<Snapshot> readable(Path directory) {
        try {
            byte[] json = Files.readAllBytes(directory.resolve(Snapshot.MANIFEST));
            return Optional.of(new Snapshot(directory, SnapshotManifestCodec.decode(json)));
        } catch (IOException | ContractException e) {
            LOG.warn("passing over the snapshot {}: its manifest cannot be read: {}", directory, e.toString());
            return Optional.empty();
        }
    }

    private static boolean isValid(Snapshot snapshot) {
        try {
            verify(snapshot);
            return true;
        } catch (TrainerException e) {
            LOG.warn(
                    "passing over the damaged snapshot {}: {}",
                    snapshot.manifest().id(),
                    e.getMessage());
            return false;
        }
    }

    private SnapshotManifest manifest(SnapshotDraft draft, Path directory) throws IOException {
        Map<String, FileDigest> files = new TreeMap<>();
        for (Path relative : DurableFiles.list(directory)) {
            Path file = directory.resolve(relative);
            files.put(slashed(relative), new FileDigest(Digests.sha256(file), Files.size(file)));
        }
        FileDigest weights = files.get(Snapshot.WEIGHTS);
        if (weights == null) {
            throw new IOException("no " + Snapshot.WEIGHTS + " was written");
        }
        return new SnapshotManifest(
                "%010d-%s".formatted(draft.step(), weights.sha256().substring(0, ID_DIGITS)),
                draft.step(),
                files,
                draft.position().named(),
                draft.teacher(),
                draft.tokenizer(),
                draft.loss(),
                draft.evaluation(),
                clock.instant());
    }

    /** Names in a manifest are the same on every operating system. */
    private static String slashed(Path relative) {
        return relative.toString().replace('\\', '/');
    }

    private List<Path> directories(boolean hidden) {
        if (!Files.isDirectory(snapshots)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(snapshots)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(".") == hidden)
                    .toList();
        } catch (IOException e) {
            throw new TrainerException("the snapshots in " + snapshots + " cannot be listed: " + e, e);
        }
    }

    private static void remove(Path directory) {
        try {
            DurableFiles.remove(directory);
        } catch (IOException e) {
            throw new TrainerException("the old snapshot " + directory + " could not be removed: " + e, e);
        }
    }
}
