package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
    private final SnapshotAnnouncer announcer;
    private final DeadLetters deadLetters;
    private final TrainerMeters meters;
    private final Map<String, String> loss;
    private final Deque<Snapshot> unannounced = new ArrayDeque<>();
    private volatile @Nullable Snapshot newest;

    public SnapshotPublisher(
            TrainerConfig config,
            DataDirectory data,
            Ledger ledger,
            CheckpointStore checkpoints,
            SnapshotStore snapshots,
            SnapshotAnnouncer announcer,
            DeadLetters deadLetters,
            TrainerMeters meters) {
        this.config = config;
        this.data = data;
        this.ledger = ledger;
        this.checkpoints = checkpoints;
        this.snapshots = snapshots;
        this.announcer = announcer;
        this.deadLetters = deadLetters;
        this.meters = meters;
        this.loss = config.loss().describe();
    }

    /** The newest snapshot of the training that goes on. Safe from any thread. */
    public Optional<Snapshot> newest() {
        return Optional.ofNullable(newest);
    }

    /** Takes up the trainer's id, and tells of the newest snapshot: a crash may have come before that. */
    public void begin() {
        announcer.begin();
        snapshots
                .newestValid(snapshot ->
                        ledger.lineage().holds(snapshot.manifest().writer().ledgerBytes()))
                .ifPresent(snapshot -> {
                    newest = snapshot;
                    unannounced.add(snapshot);
                    announce();
                });
    }

    public void checkpoint(CheckpointRequest moment) {
        long started = System.nanoTime();
        // The position passes over what was set aside, and the ledger leads up to it: both have to have arrived.
        deadLetters.flush();
        ledger.force();
        Snapshot checkpoint = checkpoints.write(draft(moment, moment.training()::writeAll), data::requireCurrent);
        checkpoints.retain(config.checkpoints().keep(), snapshots.list());
        meters.recordCheckpoint(Duration.ofNanos(System.nanoTime() - started));
        LOG.debug("wrote checkpoint {}", checkpoint.manifest().id());
    }

    public void publish(CheckpointRequest moment) {
        checkpoint(moment);
        long started = System.nanoTime();
        Snapshot snapshot = snapshots.publish(draft(moment, moment.training()::writeStudent), data::requireCurrent);
        newest = snapshot;
        unannounced.add(snapshot);
        announce();
        snapshots.retain(config.snapshots().keep(), config.snapshots().keepFor());
        meters.recordSnapshot(
                Duration.ofNanos(System.nanoTime() - started),
                snapshot.manifest().createdAt());
        LOG.info("published {} in {}", snapshot.manifest().id(), snapshot.directory());
    }

    public static List<TargetsRecord> heldOut(Snapshot checkpoint) {
        return HeldOutSet.read(HeldOutSet.file(checkpoint.directory()));
    }

    /** Also those that the brokers did not take when it was their turn. */
    private void announce() {
        while (!unannounced.isEmpty()) {
            Snapshot snapshot = unannounced.element();
            data.requireCurrent();
            announcer.announce(snapshot.manifest());
            data.requireCurrent();
            snapshots.alias(Alias.CANDIDATE, snapshot);
            unannounced.remove();
        }
    }

    private SnapshotDraft draft(CheckpointRequest moment, Consumer<Path> contents) {
        return new SnapshotDraft(
                moment.training().step(),
                moment.position(),
                moment.teacher(),
                moment.training().tokenizer(),
                loss,
                moment.evaluation(),
                new Writer(
                        data.epoch(), moment.ledger().bytes(), moment.ledger().checksum()),
                contents);
    }
}
