package io.stillstream.trainer.rewind;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Finds the offsets that a quarantine means, in the ledger and on the topic. */
public final class QuarantineSearch {

    private final LedgerAudit audit;
    private final TargetsStretch topic;

    public QuarantineSearch(LedgerAudit audit, TargetsStretch topic) {
        this.audit = audit;
        this.topic = topic;
    }

    /**
     * What a quarantine comes to.
     *
     * @param ranges every offset that is to be passed over; held-out records among them too, as they are of the same traffic
     * @param records how many of them were trained on since
     * @param steps the steps since that were made of any of these
     * @param abandoned all steps since
     */
    public record Found(List<OffsetRange> ranges, long records, long steps, long abandoned) {}

    /**
     * The offsets of a quarantine.
     *
     * @param checkpoint that is gone back to
     * @throws TrainerException when the topic no longer has what has to be read again
     */
    public Found find(Quarantine quarantine, SnapshotManifest checkpoint) {
        List<LedgerEntry.Stepped> since = audit.stepsAfter(LedgerPosition.of(checkpoint));
        List<OffsetRange> ranges = ranges(quarantine, checkpoint, since);
        long steps = since.stream()
                .filter(step -> trained(List.of(step), ranges) > 0)
                .count();
        return new Found(ranges, trained(since, ranges), steps, since.size());
    }

    /** How many records of these ranges the steps were trained on. */
    static long trained(List<LedgerEntry.Stepped> steps, List<OffsetRange> ranges) {
        return steps.stream()
                .flatMap(step -> step.runs().stream())
                .filter(run -> run.disposition() == Disposition.TRAINED)
                .mapToLong(run ->
                        ranges.stream().mapToLong(range -> common(run, range)).sum())
                .sum();
    }

    /** How many records each tenant has among those ranges, by name. */
    public Map<String, Long> tenants(List<OffsetRange> ranges) {
        Map<String, Long> tenants = new TreeMap<>();
        topic.read(ranges, record -> tenant(record).ifPresent(name -> tenants.merge(name, 1L, Long::sum)));
        return tenants;
    }

    private List<OffsetRange> ranges(
            Quarantine quarantine, SnapshotManifest checkpoint, List<LedgerEntry.Stepped> since) {
        if (quarantine instanceof Quarantine.Ranges given) {
            return given.ranges().stream()
                    .map(range -> new OffsetRange(range.partition(), range.first(), range.last()))
                    .toList();
        }
        List<OffsetRange> stretches = stretches(checkpoint, since);
        return quarantine instanceof Quarantine.Tenant tenant ? ofTenant(tenant.name(), stretches) : stretches;
    }

    /** Of each partition everything after the checkpoint that a step lists. */
    private static List<OffsetRange> stretches(SnapshotManifest checkpoint, List<LedgerEntry.Stepped> since) {
        Map<Integer, Long> first = Offsets.parse(checkpoint.offsets()).byPartitionNumber();
        Map<Integer, Long> last = new TreeMap<>();
        since.stream()
                .flatMap(step -> step.runs().stream())
                .forEach(run -> last.merge(run.partition(), run.last(), Math::max));
        List<OffsetRange> stretches = new ArrayList<>();
        last.forEach((partition, end) -> {
            long begin = first.getOrDefault(partition, 0L);
            if (begin <= end) {
                stretches.add(new OffsetRange(partition, begin, end));
            }
        });
        return stretches;
    }

    private List<OffsetRange> ofTenant(String tenant, List<OffsetRange> stretches) {
        List<OffsetRange> ranges = new ArrayList<>();
        // Of each partition whether its last record was the tenant's: offsets without a record part nothing.
        Map<Integer, Boolean> going = new HashMap<>();
        topic.read(stretches, record -> {
            boolean theirs = tenant(record).filter(tenant::equals).isPresent();
            if (theirs && going.getOrDefault(record.partition(), false)) {
                OffsetRange before = ranges.remove(ranges.size() - 1);
                ranges.add(new OffsetRange(before.partition(), before.first(), record.offset()));
            } else if (theirs) {
                ranges.add(new OffsetRange(record.partition(), record.offset(), record.offset()));
            }
            going.put(record.partition(), theirs);
        });
        return ranges;
    }

    /** Empty where it is no record of ours, which no step was trained on. */
    private static Optional<String> tenant(ConsumerRecord<byte[], byte[]> record) {
        try {
            return TargetsRecord.isEndOfSource(record)
                    ? Optional.empty()
                    : Optional.of(TargetsRecord.decode(record).targets().tenant());
        } catch (ContractException e) {
            return Optional.empty();
        }
    }

    private static long common(DispositionRun run, OffsetRange range) {
        return run.partition() == range.partition()
                ? Math.max(0, Math.min(run.last(), range.last()) - Math.max(run.first(), range.first()) + 1)
                : 0;
    }
}
