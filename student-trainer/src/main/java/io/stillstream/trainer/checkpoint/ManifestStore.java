package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.file.DirectoryTree;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories with a manifest, each named after its step and the first digits of its weights' sha256. Names that begin
 * with a dot are directories not yet whole, or no longer.
 *
 * <p>A directory is written beside the others under such a name, its files are hashed into the manifest while they are
 * written, everything is forced to the disk, and the directory is moved to its name: there is no moment in which it is
 * there in part.
 */
final class ManifestStore {

    private static final Logger LOG = LoggerFactory.getLogger(ManifestStore.class);
    private static final int ID_DIGITS = 12;

    /** In the order in which they were written: a clock can go back, and after a rewind so do steps. */
    private static final Comparator<Snapshot> NEWEST_FIRST = Comparator.comparingLong(
                    (Snapshot snapshot) -> snapshot.manifest().writer().ledgerBytes())
            .thenComparingLong(snapshot -> snapshot.manifest().step())
            .thenComparing(snapshot -> snapshot.manifest().createdAt())
            .reversed();

    private final String kind;
    private final Path root;
    private final Clock clock;

    /** @param kind what one is called, for messages */
    ManifestStore(String kind, Path root, Clock clock) {
        this.kind = kind;
        this.root = root;
        this.clock = clock;
    }

    /**
     * Writes a directory whole; one that is there with the same contents keeps them and takes the new manifest.
     *
     * @param permission asked right before the directory gets its name; throws to forbid it
     */
    Snapshot publish(SnapshotDraft draft, Permission permission) {
        Path draftDirectory = root.resolve(".writing-" + draft.step());
        try {
            if (Files.exists(draftDirectory)) {
                DirectoryTree.remove(draftDirectory);
            }
            Files.createDirectories(draftDirectory);
            var files = new SnapshotFiles(draftDirectory);
            draft.contents().accept(files);
            SnapshotManifest manifest = manifest(draft, files.digests());
            byte[] json = SnapshotManifestCodec.encode(manifest);
            Files.write(draftDirectory.resolve(Snapshot.MANIFEST), json);
            DurableFiles.forceTree(draftDirectory);
            return publish(draftDirectory, manifest, json, permission);
        } catch (IOException e) {
            clear(draftDirectory, e);
            throw new TrainerException(
                    "the " + kind + " of step " + draft.step() + " could not be written to " + root + ": " + e, e);
        } catch (RuntimeException e) {
            clear(draftDirectory, e);
            throw e;
        }
    }

    private Snapshot publish(Path draftDirectory, SnapshotManifest manifest, byte[] json, Permission permission)
            throws IOException {
        Path directory = root.resolve(manifest.id());
        if (Files.exists(directory)) {
            Optional<Snapshot> published = readable(directory).filter(this::isValid);
            if (published.isPresent() && published.get().manifest().files().equals(manifest.files())) {
                DirectoryTree.remove(draftDirectory);
                if (published.get().manifest().writer().equals(manifest.writer())) {
                    return published.get();
                }
                permission.ask(manifest.id(), Digests.sha256(json));
                // The same weights on another branch: whoever reads sees the old manifest or the new one.
                DurableFiles.replace(directory.resolve(Snapshot.MANIFEST), json);
                return new Snapshot(directory, manifest);
            }
            permission.ask(manifest.id(), Digests.sha256(json));
            DurableFiles.remove(directory);
        } else {
            permission.ask(manifest.id(), Digests.sha256(json));
        }
        DurableFiles.publish(draftDirectory, directory);
        return new Snapshot(directory, manifest);
    }

    /** What was half written takes the room that the disk may lack. */
    private static void clear(Path draftDirectory, Exception reason) {
        try {
            if (Files.exists(draftDirectory)) {
                DirectoryTree.remove(draftDirectory);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    boolean isEmpty() {
        return directories(false).isEmpty();
    }

    /** All with a readable manifest, newest first. */
    List<Snapshot> list() {
        return directories(false).stream()
                .flatMap(directory -> readable(directory).stream())
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /**
     * Removes what is neither among the newest nor pinned, and what is too old; but never the newest intact one.
     *
     * @param atMost how old one may become; zero for any age
     */
    void retain(int newest, Duration atMost, Set<String> pinned) {
        List<Snapshot> all = list();
        List<Snapshot> kept = new ArrayList<>();
        List<Snapshot> doomed = new ArrayList<>();
        Instant oldest = atMost.isZero() ? Instant.MIN : clock.instant().minus(atMost);
        for (Snapshot snapshot : all) {
            boolean due =
                    kept.size() >= newest || snapshot.manifest().createdAt().isBefore(oldest);
            boolean needed = pinned.contains(snapshot.manifest().id());
            (due && !needed ? doomed : kept).add(snapshot);
        }
        if (!doomed.isEmpty() && kept.stream().noneMatch(this::isValid)) {
            doomed.stream().filter(this::isValid).findFirst().ifPresent(doomed::remove);
        }
        doomed.forEach(snapshot -> remove(snapshot.directory()));
    }

    void sweep() {
        for (Path directory : directories(true)) {
            LOG.warn("removing {}: a {} that was half written or half removed when its trainer ended", directory, kind);
            try {
                DirectoryTree.remove(directory);
            } catch (IOException e) {
                throw new TrainerException(directory + " could not be removed: " + e, e);
            }
        }
    }

    private Optional<Snapshot> readable(Path directory) {
        try {
            byte[] json = Files.readAllBytes(directory.resolve(Snapshot.MANIFEST));
            SnapshotManifest manifest = SnapshotManifestCodec.decode(json);
            if (!manifest.id().equals(String.valueOf(directory.getFileName()))) {
                throw new ContractException("it is the manifest of " + manifest.id());
            }
            return Optional.of(new Snapshot(directory, manifest));
        } catch (IOException | ContractException e) {
            LOG.warn("skipping the {} {}: its manifest cannot be used: {}", kind, directory, e.toString());
            return Optional.empty();
        }
    }

    boolean isValid(Snapshot snapshot) {
        try {
            SnapshotStore.verify(snapshot);
            return true;
        } catch (TrainerException e) {
            LOG.warn("skipping the damaged {} {}: {}", kind, snapshot.manifest().id(), e.getMessage());
            return false;
        }
    }

    private SnapshotManifest manifest(SnapshotDraft draft, Map<String, FileDigest> files) throws IOException {
        String weights = Snapshot.weights(files).orElseThrow(() -> new IOException("no weights were written"));
        return new SnapshotManifest(
                String.format(Locale.ROOT, "%010d-%s", draft.step(), weights.substring(0, ID_DIGITS)),
                draft.step(),
                files,
                draft.offsets().named(),
                draft.teacher(),
                draft.tokenizer(),
                draft.chatTemplate(),
                draft.loss(),
                draft.evaluation(),
                clock.instant(),
                draft.newestRecordAt(),
                draft.writer());
    }

    private List<Path> directories(boolean hidden) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(".") == hidden)
                    .toList();
        } catch (IOException e) {
            throw new TrainerException("the " + kind + "s in " + root + " cannot be listed: " + e, e);
        }
    }

    private void remove(Path directory) {
        try {
            DurableFiles.remove(directory);
        } catch (IOException e) {
            throw new TrainerException("the old " + kind + " " + directory + " could not be removed: " + e, e);
        }
    }
}
