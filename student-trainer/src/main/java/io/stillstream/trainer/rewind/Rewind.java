package io.stillstream.trainer.rewind;

import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.ledger.LiveSteps;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Takes training back to a snapshot: while no trainer runs, so that the next one resumes from there, or in one that runs,
 * between two steps. Nothing is removed: a line in the ledger decides. What was trained since is a branch that stays in the
 * ledger, and a later rewind can go back to a snapshot on it.
 */
public final class Rewind {

    private final Path dataDirectory;
    private final SnapshotStore snapshots;
    private final CheckpointStore checkpoints;

    public Rewind(Path dataDirectory) {
        this.dataDirectory = dataDirectory.toAbsolutePath().normalize();
        this.snapshots = new SnapshotStore(dataDirectory, Clock.systemUTC());
        this.checkpoints = new CheckpointStore(dataDirectory, Clock.systemUTC());
    }

    /**
     * The outcome of a rewind.
     *
     * @param to the snapshot's id
     * @param step that training resumes from
     * @param abandonedSteps that training had taken after it
     * @param passedOver all that is not trained on from now on
     */
    public record Result(String to, long step, long abandonedSteps, PassedOver passedOver) {}

    /**
     * @param name a snapshot's or checkpoint's id, the beginning of one, or an alias
     * @param skip offsets not to be trained on, in addition to those of earlier rewinds
     * @param forget whether those of earlier rewinds are trained on again
     * @throws TrainerException when a trainer is running, there is no such snapshot, it has no intact checkpoint, or it was
     *     trained on an offset that is to be skipped
     */
    public Result to(String name, List<OffsetRange> skip, boolean forget) {
        try (DataDirectory data = DataDirectory.open(dataDirectory);
                Ledger ledger = Ledger.open(data)) {
            Snapshot target = checkpoint(id(name));
            requireUntrained(target, skip);
            long abandoned = ledger.liveSteps().after(LedgerPosition.of(target.manifest()), step -> {});
            return to(target, PassedOver.ofRanges(skip), 0, abandoned, forget, "", "by hand", data, ledger);
        }
    }

    /**
     * What an order would come to in the ledger as it is now; writes nothing, and may be asked while the trainer runs.
     *
     * @param id a snapshot's
     * @throws TrainerException where it would be refused
     */
    public QuarantineSearch.Found preview(String id, Quarantine quarantine, TargetsStretch topic) {
        Snapshot target = checkpoint(id);
        var found = new QuarantineSearch(LiveSteps.of(dataDirectory), topic)
                .find(quarantine, target.manifest(), topic.latest());
        requireUntrained(target, found.passedOver().ranges());
        return found;
    }

    /**
     * Lifts a tenant's quarantine while no trainer runs: the next one trains again on what comes of that tenant from now on, and
     * not on what has come.
     *
     * @throws TrainerException when a trainer is running, the tenant is not in quarantine, or the topic cannot be asked
     */
    public PassedOver lift(String tenant, TargetsStretch topic) {
        try (DataDirectory data = DataDirectory.open(dataDirectory);
                Ledger ledger = Ledger.open(data)) {
            Set<String> quarantined = ledger.passedOver().quarantined();
            if (!quarantined.contains(tenant)) {
                throw new TrainerException("the tenant '" + tenant + "' is not in quarantine in " + dataDirectory
                        + "; expected "
                        + (quarantined.isEmpty() ? "none: no tenant is" : "one of " + String.join(", ", quarantined)));
            }
            ledger.append(new LedgerEntry.Lifted(data.epoch(), tenant, topic.latest()));
            ledger.force();
            return ledger.passedOver();
        }
    }

    /** How many records of these ranges each tenant has. */
    public Map<String, Long> tenants(List<OffsetRange> ranges, TargetsStretch topic) {
        return QuarantineSearch.tenants(ranges, topic);
    }

    /**
     * What is gone back to, checked; for whoever has the directory open.
     *
     * @param id a snapshot's
     * @param skip offsets that it must not have been trained on
     * @throws TrainerException as {@link #to}
     */
    Snapshot target(String id, List<OffsetRange> skip) {
        Snapshot target = checkpoint(id);
        requireUntrained(target, skip);
        return target;
    }

    /**
     * Writes the line that takes training back.
     *
     * @param target see {@link #target}
     * @param records how many of what is skipped training had been trained on; 0 where nobody asks
     * @param abandoned how many steps it gives up, for the result
     * @param order the id of the order that asks for it; empty without one
     * @param reason why something is skipped, for people
     * @throws TrainerException when it cannot be written, and nothing has changed
     */
    Result to(
            Snapshot target,
            PassedOver skip,
            long records,
            long abandoned,
            boolean forget,
            String order,
            String reason,
            DataDirectory data,
            Ledger ledger) {
        PassedOver passedOver = skip.and(forget ? PassedOver.nothing() : ledger.passedOver());
        String id = target.manifest().id();
        long step = target.manifest().step();
        ledger.append(new LedgerEntry.Rewound(
                data.epoch(),
                id,
                step,
                LedgerPosition.of(target.manifest()).bytes(),
                offsets(target).byPartitionNumber(),
                passedOver,
                records,
                order,
                reason));
        ledger.force();
        snapshots.list().stream()
                .filter(snapshot -> snapshot.manifest().id().equals(id))
                .findFirst()
                .ifPresent(snapshot -> snapshots.alias(Alias.CANDIDATE, snapshot));
        return new Result(id, step, abandoned, passedOver);
    }

    private String id(String name) {
        String wanted = snapshots.named(name);
        Set<String> ids = new TreeSet<>();
        snapshots.list().forEach(snapshot -> ids.add(snapshot.manifest().id()));
        checkpoints.list().forEach(checkpoint -> ids.add(checkpoint.manifest().id()));
        List<String> found = ids.stream().filter(id -> id.startsWith(wanted)).toList();
        if (found.size() != 1) {
            throw new TrainerException("'" + name + "' is "
                    + (found.isEmpty() ? "no snapshot" : "the beginning of several snapshots") + " in " + dataDirectory
                    + "; expected one of " + (ids.isEmpty() ? "none: there are no snapshots" : String.join(", ", ids)));
        }
        return found.get(0);
    }

    private Snapshot checkpoint(String id) {
        List<Snapshot> all = checkpoints.list();
        Snapshot checkpoint = all.stream()
                .filter(candidate -> candidate.manifest().id().equals(id))
                .findFirst()
                .orElseThrow(() -> new TrainerException("there is no checkpoint of " + id + " in " + dataDirectory
                        + " to resume from, and a snapshot alone has no optimizer; expected one of "
                        + all.stream()
                                .map(candidate -> candidate.manifest().id())
                                .collect(Collectors.joining(", "))));
        SnapshotStore.verify(checkpoint);
        return checkpoint;
    }

    private static Offsets offsets(Snapshot checkpoint) {
        return Offsets.parse(checkpoint.manifest().offsets());
    }

    private static void requireUntrained(Snapshot target, List<OffsetRange> skip) {
        List<String> problems = new ArrayList<>();
        Map<Integer, TopicPartition> partitions = new HashMap<>();
        Map<TopicPartition, Long> next = offsets(target).offsets();
        next.keySet().forEach(partition -> partitions.put(partition.partition(), partition));
        for (OffsetRange range : skip) {
            TopicPartition partition = partitions.get(range.partition());
            if (partition == null) {
                problems.add("partition " + range.partition() + " of the range " + range
                        + " does not exist; expected one of " + new TreeSet<>(partitions.keySet()));
            } else if (range.first() < next.getOrDefault(partition, 0L)) {
                problems.add("the range " + range + " begins before offset " + next.get(partition) + " of " + partition
                        + ", up to which " + target.manifest().id()
                        + " was trained; go back to an earlier snapshot, or begin the range there");
            }
        }
        if (!problems.isEmpty()) {
            throw new TrainerException(String.join("; ", problems));
        }
    }
}
