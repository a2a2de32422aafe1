package io.stillstream.trainer.rewind;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.ledger.LiveSteps;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.offsets.SortedRanges;
import io.stillstream.trainer.offsets.TenantStretch;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Finds what a quarantine means, in the ledger and on the topic. */
public final class QuarantineSearch {

    private final LiveSteps steps;
    private final TargetsStretch topic;

    public QuarantineSearch(LiveSteps steps, TargetsStretch topic) {
        this.steps = steps;
        this.topic = topic;
    }

    /**
     * What a quarantine comes to.
     *
     * @param passedOver all that is meant; held-out records among it too, as they are of the same traffic
     * @param read where it lies on the topic, as far as that is known
     * @param records how many of them were trained on since
     * @param steps the steps since that were made of any of these
     * @param abandoned all steps that going back gives up
     */
    public record Found(PassedOver passedOver, List<OffsetRange> read, long records, long steps, long abandoned) {}

    /**
     * What a quarantine means.
     *
     * @param checkpoint that is gone back to
     * @param ends for each partition the offset that its next record got when it was ordered
     * @throws TrainerException when the topic no longer has what has to be read again
     */
    public Found find(Quarantine quarantine, SnapshotManifest checkpoint, Map<Integer, Long> ends) {
        Map<Integer, Long> next = Offsets.parse(checkpoint.offsets()).byPartitionNumber();
        List<LedgerEntry.Stepped> since = new ArrayList<>();
        long abandoned = steps.after(LedgerPosition.of(checkpoint), since::add);
        PassedOver passedOver;
        List<OffsetRange> read;
        if (quarantine instanceof Quarantine.Tenant tenant) {
            var stretch = new TenantStretch(tenant.name(), next, Map.of());
            passedOver = new PassedOver(List.of(), List.of(stretch));
            // What is meant needs no look at the topic; how much of it was trained on does.
            read = ofTenant(stretch, between(next, listed(since)));
        } else {
            read = quarantine instanceof Quarantine.Ranges given
                    ? given.ranges().stream()
                            .map(range -> new OffsetRange(range.partition(), range.first(), range.last()))
                            .toList()
                    : between(next, ends);
            passedOver = PassedOver.ofRanges(read);
        }
        var ranges = new SortedRanges(read);
        long[] trained = since.stream()
                .mapToLong(step -> trained(step, ranges))
                .filter(records -> records > 0)
                .toArray();
        return new Found(passedOver, read, LongStream.of(trained).sum(), trained.length, abandoned);
    }

    /** How many records each tenant has among those ranges, by name. */
    static Map<String, Long> tenants(List<OffsetRange> ranges, TargetsStretch topic) {
        Map<String, Long> tenants = new TreeMap<>();
        topic.read(
                ranges, record -> TargetsRecord.tenant(record).ifPresent(name -> tenants.merge(name, 1L, Long::sum)));
        return tenants;
    }

    /** How many records of these ranges the step was trained on. */
    private static long trained(LedgerEntry.Stepped step, SortedRanges ranges) {
        return step.runs().stream()
                .filter(run -> run.disposition() == Disposition.TRAINED)
                .mapToLong(ranges::common)
                .sum();
    }

    /** Of each partition everything after the checkpoint that a step lists. */
    private static Map<Integer, Long> listed(List<LedgerEntry.Stepped> since) {
        Map<Integer, Long> ends = new HashMap<>();
        since.stream()
                .flatMap(step -> step.runs().stream())
                .forEach(run -> ends.merge(run.partition(), run.last() + 1, Math::max));
        return ends;
    }

    private List<OffsetRange> ofTenant(TenantStretch tenant, List<OffsetRange> stretches) {
        List<OffsetRange> ranges = new ArrayList<>();
        // Of each partition whether its last record was the tenant's: offsets without a record part nothing.
        Map<Integer, Boolean> going = new HashMap<>();
        topic.read(stretches, record -> {
            boolean theirs =
                    TargetsRecord.tenant(record).filter(tenant.tenant()::equals).isPresent();
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

    /** Of each partition everything from the one place up to the other. */
    private static List<OffsetRange> between(Map<Integer, Long> next, Map<Integer, Long> ends) {
        return new TreeMap<>(ends)
                .entrySet().stream()
                        .filter(end -> next.getOrDefault(end.getKey(), 0L) < end.getValue())
                        .map(end ->
                                new OffsetRange(end.getKey(), next.getOrDefault(end.getKey(), 0L), end.getValue() - 1))
                        .toList();
    }
}
