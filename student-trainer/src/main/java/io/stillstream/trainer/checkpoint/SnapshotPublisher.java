package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.storage.DataDirectory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints and publishes snapshots. A snapshot's checkpoint comes first, then the snapshot on disk, then its
 * record on {@code student-snapshots}, then the alias; old ones go last. Before each of these it makes sure that no newer
 * trainer has the data directory. For one thread at a time.
 */
public final class SnapshotPublisher {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);

    private final TrainerConfig config;
    private final DataDirectory data;
    private final Ledger ledger;
    private final CheckpointStore checkpoints;
    private final SnapshotStore snapshots;
    private final SnapshotTopic topic;
    private final DeadLetters deadLetters;
    private final TrainerMeters meters;
    private final Map<String, String> loss;
    private final Deque<Snapshot> unpublished = new ArrayDeque<>();
    private volatile @Nullable Snapshot newest;

    public SnapshotPublisher(
            TrainerConfig config,
            DataDirectory data,
            Ledger ledger,
            CheckpointStore checkpoints,
            SnapshotStore snapshots,
            SnapshotTopic topic,
            DeadLetters deadLetters,
            TrainerMeters meters) {
        this.config = config;
        this.data = data;
        this.ledger = ledger;
        this.checkpoints = checkpoints;
        this.snapshots = snapshots;
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.meters = meters;
        this.loss = config.loss().describe();
    }

    /**
     * The newest snapshot of this training, also of one that was stopped before it began or taken back to there. Safe from any
     * thread.
     */
    public Optional<Snapshot> newest() {
        return Optional.ofNullable(newest).or(this::newestKept);
    }

    /** Publishes the newest snapshot again: a crash may have come between writing and publishing it. To be called once. */
    public void begin() {
        topic.begin();
        newestKept().ifPresent(snapshot -> {
            newest = snapshot;
            unpublished.add(snapshot);
            publishUnpublished();
        });
    }

    private Optional<Snapshot> newestKept() {
        return snapshots.newestValid(
                snapshot -> ledger.lineage().holds(snapshot.manifest().writer().ledgerBytes()));
    }

    public void checkpoint(CheckpointRequest request) {
        long started = System.nanoTime();
        // The offsets lie beyond records that were rejected, and the ledger lists them: both must be stored first.
        deadLetters.flush();
        ledger.force();
        Snapshot checkpoint =
                checkpoints.write(draft(request, request.training()::writeAll), noting(FileAudit.CHECKPOINT));
        checkpoints.retain(config.checkpoints().keep(), snapshots.list());
        meters.recordCheckpoint(Duration.ofNanos(System.nanoTime() - started));
        LOG.debug("wrote checkpoint {}", checkpoint.manifest().id());
    }

    public void publish(CheckpointRequest request) {
        checkpoint(request);
        long started = System.nanoTime();
        Snapshot snapshot =
                snapshots.publish(draft(request, request.training()::writeStudent), noting(FileAudit.SNAPSHOT));
        newest = snapshot;
        unpublished.add(snapshot);
        publishUnpublished();
        snapshots.retain(config.snapshots().keep(), config.snapshots().keepFor());
        meters.recordSnapshot(
                Duration.ofNanos(System.nanoTime() - started),
                snapshot.manifest().createdAt());
        LOG.info("published {} in {}", snapshot.manifest().id(), snapshot.directory());
    }

    /** Also those that the brokers did not take earlier. */
    private void publishUnpublished() {
        while (!unpublished.isEmpty()) {
            Snapshot snapshot = unpublished.element();
            data.requireCurrent();
            topic.publish(snapshot.manifest());
            data.requireCurrent();
            snapshots.alias(Alias.CANDIDATE, snapshot);
            unpublished.remove();
        }
    }

    /** The ledger knows every manifest before it is there. */
    private Permission noting(String kind) {
        return (id, manifest) -> {
            ledger.append(new LedgerEntry.Saved(kind, id, manifest));
            ledger.force();
        };
    }

    private SnapshotDraft draft(CheckpointRequest request, Consumer<SnapshotFiles> contents) {
        return new SnapshotDraft(
                request.training().step(),
                request.offsets(),
                request.teacher(),
                request.training().tokenizer(),
                request.training().chatTemplate(),
                loss,
                request.evaluation(),
                request.training().state().newestRecordAt(),
                new Writer(
                        data.epoch(), request.ledger().bytes(), request.ledger().checksum()),
                contents);
    }
}
