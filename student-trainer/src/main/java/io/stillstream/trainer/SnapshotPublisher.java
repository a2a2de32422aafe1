package io.stillstream.trainer;

import io.stillstream.contract.TeacherIdentity;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.evaluation.HeldOutEvaluation;
import io.stillstream.trainer.evaluation.HeldOutSet;
import io.stillstream.trainer.snapshot.Alias;
import io.stillstream.trainer.snapshot.Snapshot;
import io.stillstream.trainer.snapshot.SnapshotDraft;
import io.stillstream.trainer.snapshot.SnapshotStore;
import io.stillstream.trainer.stream.SnapshotAnnouncer;
import io.stillstream.trainer.stream.StreamPosition;
import io.stillstream.trainer.stream.TargetsRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes snapshots: first on disk, then to {@code student-snapshots}, then the alias; old ones go last. */
final class SnapshotPublisher {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);

    private final SnapshotStore store;
    private final SnapshotAnnouncer announcer;
    private final TrainerMeters meters;
    private final Map<String, String> loss;
    private final int keep;

    SnapshotPublisher(
            SnapshotStore store,
            SnapshotAnnouncer announcer,
            TrainerMeters meters,
            Map<String, String> loss,
            int keep) {
        this.store = store;
        this.announcer = announcer;
        this.meters = meters;
        this.loss = loss;
        this.keep = keep;
    }

    Snapshot publish(
            StudentTraining training,
            HeldOutSet heldOut,
            StreamPosition position,
            TeacherIdentity teacher,
            Optional<HeldOutEvaluation> evaluation) {
        long started = System.nanoTime();
        Snapshot snapshot = store.publish(new SnapshotDraft(
                training.steps(),
                position,
                teacher,
                training.tokenizer().sha256(),
                loss,
                evaluation.map(HeldOutEvaluation::figures).orElse(Map.of()),
                directory -> {
                    training.save(directory);
                    heldOut.write(HeldOutSet.file(directory));
                }));
        announce(snapshot);
        store.retain(keep);
        meters.recordSnapshot(
                Duration.ofNanos(System.nanoTime() - started),
                snapshot.manifest().createdAt());
        LOG.info("published {} in {}", snapshot.manifest().id(), snapshot.directory());
        return snapshot;
    }

    /** Also for a snapshot found at start: a crash may have come before it was announced. */
    void announce(Snapshot snapshot) {
        announcer.announce(snapshot.manifest());
        store.alias(Alias.CANDIDATE, snapshot);
    }

    static List<TargetsRecord> heldOut(Snapshot snapshot) {
        return HeldOutSet.read(HeldOutSet.file(snapshot.directory()));
    }
}
