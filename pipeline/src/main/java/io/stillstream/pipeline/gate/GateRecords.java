package io.stillstream.pipeline.gate;

import io.stillstream.contract.file.Digests;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The held-out records of {@code teacher-targets} that snapshots are compared by.
 *
 * @param older those of tenants that have too few of the others, the oldest first: what one tenant sends must
 *     not hide what became of the rest
 * @param evidence the newest that are later than what any of the snapshots had read, the oldest first
 */
public record GateRecords(List<TargetsRecord> older, List<TargetsRecord> evidence) {

    public GateRecords {
        older = List.copyOf(older);
        evidence = List.copyOf(evidence);
    }

    /** The older ones first. */
    public List<TargetsRecord> all() {
        return Stream.concat(older.stream(), evidence.stream()).toList();
    }

    /** The coordinates of the records whose prompts are answered: the newest of each tenant in turn. */
    Set<String> answered(int most) {
        Map<String, Deque<TargetsRecord>> byTenant = new LinkedHashMap<>();
        all().forEach(record -> byTenant.computeIfAbsent(record.targets().tenant(), unseen -> new ArrayDeque<>())
                .push(record));
        Collection<Deque<TargetsRecord>> left = byTenant.values();
        Set<String> answered = new HashSet<>();
        while (answered.size() < most && !left.isEmpty()) {
            for (Iterator<Deque<TargetsRecord>> turns = left.iterator(); turns.hasNext() && answered.size() < most; ) {
                Deque<TargetsRecord> newest = turns.next();
                answered.add(newest.pop().coordinates());
                if (newest.isEmpty()) {
                    turns.remove();
                }
            }
        }
        return answered;
    }

    /** What tells these records from others, to the byte. */
    public String sha256() {
        StringBuilder text = new StringBuilder();
        all().forEach(record -> text.append(record.coordinates())
                .append(' ')
                .append(Digests.sha256(record.raw().value()))
                .append('\n'));
        return Digests.sha256(text.append(older.size()).append('\n').toString());
    }
}
