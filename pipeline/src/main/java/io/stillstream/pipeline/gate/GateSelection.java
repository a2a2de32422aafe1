package io.stillstream.pipeline.gate;

import io.stillstream.rollout.gate.GateConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which held-out records snapshots are compared by: the same for everybody who asks, and chosen before any of them is held.
 *
 * @param passed later than what any of the snapshots had read, and older than the evidence
 * @param older of tenants that have too few in the evidence
 * @param evidence the newest that are later than what any of the snapshots had read
 */
record GateSelection(
        List<HeldOutIndex.Entry> passed, List<HeldOutIndex.Entry> older, List<HeldOutIndex.Entry> evidence) {

    GateSelection {
        passed = List.copyOf(passed);
        older = List.copyOf(older);
        evidence = List.copyOf(evidence);
    }

    /** Those that a verdict rests on, and no older ones. */
    static GateSelection later(HeldOutIndex index, GateConfig config) {
        List<HeldOutIndex.Entry> later = index.later();
        int most = config.mostRecords() == 0 ? later.size() : Math.min(config.mostRecords(), later.size());
        int first = later.size() - most;
        return new GateSelection(later.subList(0, first), List.of(), later.subList(first, later.size()));
    }

    /**
     * The same evidence, and for each tenant with fewer conversations in it than a slice needs the newest records before it, until it
     * has as many. They are looked for among the records that {@code lookBack} reaches.
     */
    GateSelection withOlder(HeldOutIndex index, GateConfig config) {
        List<HeldOutIndex.Entry> before = new ArrayList<>(index.before(config.lookBack()));
        before.addAll(passed);
        before.sort(HeldOutIndex.Entry.OLDEST_FIRST.reversed());
        Map<String, Set<String>> conversations = new HashMap<>();
        evidence.forEach(entry -> conversations(conversations, entry).add(entry.conversation()));
        List<HeldOutIndex.Entry> taken = new ArrayList<>();
        for (HeldOutIndex.Entry entry : before) {
            Set<String> own = conversations(conversations, entry);
            if (own.size() < config.leastSliceConversations()) {
                own.add(entry.conversation());
                taken.add(entry);
            }
        }
        taken.sort(HeldOutIndex.Entry.OLDEST_FIRST);
        return new GateSelection(passed, taken, evidence);
    }

    /** How many records are later than what any of the snapshots had read. */
    int later() {
        return passed.size() + evidence.size();
    }

    /** How many conversations the evidence is of. */
    int conversations() {
        return (int) evidence.stream()
                .map(HeldOutIndex.Entry::conversation)
                .distinct()
                .count();
    }

    /** The records themselves. */
    GateRecords fetch(HeldOutIndex index) {
        return new GateRecords(index.fetch(older), index.fetch(evidence));
    }

    private static Set<String> conversations(Map<String, Set<String>> byTenant, HeldOutIndex.Entry entry) {
        return byTenant.computeIfAbsent(entry.tenant(), unseen -> new HashSet<>());
    }
}
