package io.stillstream.trainer.loop;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Offsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where training resumes.
 *
 * @param checkpoint the newest intact one of the branch that training is on; null to begin
 * @param offsets where the checkpoint ends; without one where training first began, or nothing when it never did
 * @param ledger the position after the line of the checkpoint's step
 * @param listed the steps that the ledger lists after it
 */
record ResumePoint(@Nullable Snapshot checkpoint, Offsets offsets, LedgerPosition ledger, List<Ledger.Listed> listed) {

    /** @throws TrainerException when there were checkpoints and none is intact, or the ledger does not belong to them */
    static ResumePoint find(Path dataDirectory, CheckpointStore checkpoints, SnapshotStore snapshots, Ledger ledger) {
        Snapshot checkpoint = checkpoints
                .newestValid(candidate ->
                        ledger.lineage().holds(candidate.manifest().writer().ledgerBytes()))
                .orElse(null);
        if (checkpoint != null) {
            LedgerPosition position = LedgerPosition.of(checkpoint.manifest());
            Offsets offsets = Offsets.parse(checkpoint.manifest().offsets());
            return new ResumePoint(checkpoint, offsets, position, ledger.stepsAfter(position));
        }
        if (!checkpoints.isEmpty() || !snapshots.isEmpty()) {
            throw new TrainerException("none of the checkpoints in " + dataDirectory
                    + " is intact; restore one, or start over from a snapshot in a new data directory");
        }
        Offsets offsets =
                ledger.starts().stream().findFirst().map(ResumePoint::offsets).orElse(Offsets.beginning());
        return new ResumePoint(null, offsets, LedgerPosition.BEGINNING, ledger.stepsAfter(LedgerPosition.BEGINNING));
    }

    private static Offsets offsets(LedgerEntry.Started started) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        started.offsets()
                .forEach((partition, offset) -> offsets.put(new TopicPartition(started.topic(), partition), offset));
        return Offsets.of(offsets);
    }
}
