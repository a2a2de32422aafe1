package io.stillstream.trainer.loop;

import io.stillstream.contract.file.Digests;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.FileAudit;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.routing.Crashes;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where training resumes.
 *
 * @param checkpoint the newest intact one of the branch that training is on; null to begin
 * @param offsets where the checkpoint ends; without one where training first began, or nothing when it never did
 * @param ledger the position after the line of the checkpoint's step
 * @param listed the steps that the ledger lists after it
 */
record ResumePoint(@Nullable Snapshot checkpoint, Offsets offsets, LedgerPosition ledger, List<Ledger.Listed> listed) {

    private static final Logger LOG = LoggerFactory.getLogger(ResumePoint.class);

    /** @throws TrainerException when there were checkpoints and none is intact, or the ledger does not belong to them */
    static ResumePoint find(Path dataDirectory, CheckpointStore checkpoints, SnapshotStore snapshots, Ledger ledger) {
        Snapshot checkpoint = checkpoints
                .newestValid(candidate ->
                        ledger.lineage().holds(candidate.manifest().writer().ledgerBytes())
                                && isListed(candidate, ledger))
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
        Offsets offsets = ledger.starts().stream()
                .findFirst()
                .map(started -> Offsets.ofNumbered(started.topic(), started.offsets()))
                .orElse(Offsets.beginning());
        return new ResumePoint(null, offsets, LedgerPosition.BEGINNING, ledger.stepsAfter(LedgerPosition.BEGINNING));
    }

    /**
     * The listed steps, which are to be repeated; none where one of them holds a record that ends the process, or records were
     * lost. Training then goes back to here, and divides what follows into steps without them.
     *
     * @param lost what the topic has deleted of what follows, and training goes on without
     * @param start where the checkpoint ends, or training began
     */
    List<Ledger.Listed> repeatable(
            Crashes crashes, List<DispositionRun> lost, Ledger lines, long epoch, Offsets start) {
        List<PartitionOffset> poison = trained().filter(crashes::endsSteps).toList();
        if (poison.isEmpty() && (lost.isEmpty() || listed.isEmpty())) {
            return listed;
        }
        Snapshot from = checkpoint;
        String id =
                from == null ? LedgerEntry.Rewound.BEGINNING : from.manifest().id();
        long step = from == null ? 0 : from.manifest().step();
        if (poison.isEmpty()) {
            LOG.warn(
                    "the {} steps that the ledger lists after {} were of records that the topic has deleted: they are"
                            + " abandoned",
                    listed.size(),
                    id);
        } else {
            LOG.warn(
                    "the process died again and again of the record at {} in a step: training goes back to {}, and"
                            + " divides what follows into steps without it",
                    poison.get(0),
                    id);
        }
        lines.append(new LedgerEntry.Rewound(
                epoch,
                id,
                step,
                ledger.bytes(),
                start.byPartitionNumber(),
                lines.passedOver(),
                0,
                "",
                poison.isEmpty() ? "records were deleted from the topic" : "a record ends the process"));
        return List.of();
    }

    /** Every record that a listed step was trained on. */
    private Stream<PartitionOffset> trained() {
        return listed.stream()
                .flatMap(next -> next.step().runs().stream())
                .filter(run -> run.disposition() == Disposition.TRAINED)
                .flatMap(run -> LongStream.rangeClosed(run.first(), run.last())
                        .mapToObj(offset -> new PartitionOffset(run.partition(), offset)));
    }

    /** A manifest that was rewritten as a whole agrees with itself. */
    private static boolean isListed(Snapshot checkpoint, Ledger ledger) {
        Path manifest = checkpoint.directory().resolve(Snapshot.MANIFEST);
        boolean listed =
                ledger.agreesWith(FileAudit.CHECKPOINT, checkpoint.manifest().id(), Digests.sha256(manifest));
        if (!listed) {
            LOG.warn("skipping the checkpoint whose manifest {} is not the one that the ledger lists", manifest);
        }
        return listed;
    }
}
