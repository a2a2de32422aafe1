package io.stillstream.bench.fault.trainer;

import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What lies in {@code teacher-targets}, offset by offset: what the trainer's ledger is held against. */
final class TopicContents {

    /** What a trainer has to make of a record. */
    enum Kind {
        TRAINABLE,
        HELD_OUT,
        UNREADABLE
    }

    private final Map<Integer, NavigableMap<Long, Kind>> kinds = new TreeMap<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    void add(int partition, long offset, Kind kind) {
        kinds.computeIfAbsent(partition, unused -> new TreeMap<>()).put(offset, kind);
        counts.merge(kind, 1, Integer::sum);
    }

    int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /** By partition and offset. */
    Map<Integer, NavigableMap<Long, Kind>> kinds() {
        return kinds;
    }
}
