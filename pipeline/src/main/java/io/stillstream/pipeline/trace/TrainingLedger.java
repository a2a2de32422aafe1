package io.stillstream.pipeline.trace;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.pipeline.trace.Trace.In;
import io.stillstream.pipeline.trace.Trace.Use;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry.Stepped;
import io.stillstream.trainer.offsets.DispositionRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which steps of a training a record is in, and which snapshots have come past it. */
final class TrainingLedger {

    private final @Nullable LedgerAudit audit;
    private final List<SnapshotManifest> manifests;
    private final RolloutEvents rollout;

    /**
     * @param trainer its directory, which may be elsewhere
     * @param manifests of the published snapshots
     */
    TrainingLedger(Path trainer, List<SnapshotManifest> manifests, RolloutEvents rollout) {
        this.audit = Files.isRegularFile(trainer.resolve("ledger")) ? LedgerAudit.of(trainer) : null;
        this.manifests = manifests.stream()
                .sorted(Comparator.comparing(SnapshotManifest::createdAt))
                .toList();
        this.rollout = rollout;
    }

    boolean isHere() {
        return audit != null;
    }

    List<Use> uses(Place place) {
        List<Use> uses = new ArrayList<>();
        if (audit == null) {
            return uses;
        }
        for (LedgerAudit.Line line : audit.stepsOf(place.partition(), place.offset())) {
            if (line.entry() instanceof Stepped step && step.topic().equals(place.topic())) {
                for (DispositionRun run : step.runs()) {
                    if (run.holds(place.partition(), place.offset())) {
                        uses.add(new Use(step.step(), run.disposition(), audit.isLive(line)));
                    }
                }
            }
        }
        return uses;
    }

    /** The first one first. */
    List<In> snapshots(Place place) {
        String partition = place.topic() + "-" + place.partition();
        return manifests.stream()
                .filter(manifest -> manifest.offsets().getOrDefault(partition, 0L) > place.offset())
                .map(manifest ->
                        new In(manifest.id(), manifest.step(), manifest.createdAt(), rollout.of(manifest.id())))
                .toList();
    }
}
