package io.stillstream.bench.fault.trainer.process;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a trainer's data directory from outside: what is being written, and what a kill left. */
public final class TrainerFiles {

    private static final String WRITING = ".writing";
    private static final String HIDDEN = ".";

    private final Path root;
    private final Path checkpoints;
    private final Path snapshots;
    private final Path ledger;
    private long knownBytes = -1;
    private long knownStep;

    TrainerFiles(Path root) {
        this.root = root;
        this.checkpoints = root.resolve("checkpoints");
        this.snapshots = root.resolve("snapshots");
        this.ledger = root.resolve("ledger");
    }

    long ledgerBytes() {
        try {
            return Files.size(ledger);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw unreadable(ledger, e);
        }
    }

    /** The last step that the ledger lists; 0 before the first. */
    public long listedStep() {
        long bytes = ledgerBytes();
        if (bytes != knownBytes) {
            knownBytes = bytes;
            LedgerFile.in(root).read((entry, end) -> {
                if (entry instanceof LedgerEntry.Stepped stepped) {
                    knownStep = stepped.step();
                }
            });
        }
        return knownStep;
    }

    public boolean isWritingCheckpoint() {
        return hidden(checkpoints).stream().anyMatch(name -> name.startsWith(WRITING));
    }

    public boolean isWritingSnapshot() {
        return hidden(snapshots).stream().anyMatch(name -> name.startsWith(WRITING));
    }

    /**
     * What the trainer was doing when it was killed.
     *
     * @param begun whether the trainer had begun to read
     * @param stepped whether it had listed a step of its own
     */
    public KillOutcome outcome(boolean begun, boolean stepped) {
        // A starting trainer removes what the last kill left: until then it must not count again.
        if (!begun) {
            return KillOutcome.STARTING;
        }
        if (isWritingSnapshot()) {
            return KillOutcome.SNAPSHOT_HALF_WRITTEN;
        }
        if (isWritingCheckpoint()) {
            return KillOutcome.CHECKPOINT_HALF_WRITTEN;
        }
        if (!hidden(checkpoints).isEmpty() || !hidden(snapshots).isEmpty()) {
            return KillOutcome.HALF_REMOVED;
        }
        if (!newestSnapshot().equals(Optional.ofNullable(store().aliases().get(Alias.CANDIDATE)))) {
            return KillOutcome.NOT_ALIASED;
        }
        return stepped ? KillOutcome.TRAINING : KillOutcome.REPEATING;
    }

    /** Checkpoints and snapshots under their final names whose files do not match their manifests. */
    public List<String> torn() {
        List<String> torn = new ArrayList<>();
        List<Snapshot> readable = new ArrayList<>(checkpointStore().list());
        readable.addAll(store().list());
        for (Path directory : named()) {
            Optional<Snapshot> snapshot = readable.stream()
                    .filter(candidate -> candidate.directory().equals(directory))
                    .findFirst();
            if (snapshot.isEmpty()) {
                torn.add(directory + ": no manifest that can be read");
                continue;
            }
            try {
                SnapshotStore.verify(snapshot.get());
            } catch (TrainerException e) {
                torn.add(directory + ": " + e.getMessage());
            }
        }
        return torn;
    }

    /** The newest intact checkpoint, which training must resume from. */
    public Optional<Snapshot> newestCheckpoint() {
        return checkpointStore().newestValid(checkpoint -> true);
    }

    public LedgerAudit audit() {
        return LedgerAudit.of(root);
    }

    private Optional<String> newestSnapshot() {
        return store().list().stream()
                .findFirst()
                .map(snapshot -> snapshot.manifest().id());
    }

    private SnapshotStore store() {
        return new SnapshotStore(root, Clock.systemUTC());
    }

    private CheckpointStore checkpointStore() {
        return new CheckpointStore(root, Clock.systemUTC());
    }

    private List<Path> named() {
        return Stream.of(checkpoints, snapshots)
                .flatMap(directory -> entries(directory).stream())
                .filter(entry -> !name(entry).startsWith(HIDDEN))
                .toList();
    }

    private static List<String> hidden(Path directory) {
        return entries(directory).stream()
                .map(TrainerFiles::name)
                .filter(name -> name.startsWith(HIDDEN))
                .toList();
    }

    private static List<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static PipelineException unreadable(Path path, IOException e) {
        return new PipelineException(path + " cannot be read: " + e, e);
    }
}
