package io.stillstream.bench.fault.trainer;

import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What {@code teacher-targets} holds at each offset: the trainer's ledger is compared with it. */
final class TopicContents {

    /** What a trainer must do with a record. */
    enum Kind {
        TRAINABLE,
        HELD_OUT,
        UNREADABLE,
        END_OF_SOURCE
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
