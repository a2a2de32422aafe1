package io.stillstream.trainer.offsets;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Ranges of offsets, sorted, so that what a run has in common with them is found without a look at all of them. An offset counts once,
 * however many of the ranges hold it.
 */
public final class SortedRanges {

    /** By partition, of ranges that do not overlap, the last offset by the first. */
    private final Map<Integer, NavigableMap<Long, Long>> partitions = new HashMap<>();

    public SortedRanges(Collection<OffsetRange> ranges) {
        List<OffsetRange> sorted = ranges.stream().sorted(OffsetRange.ORDER).toList();
        for (OffsetRange range : sorted) {
            NavigableMap<Long, Long> before = partitions.computeIfAbsent(range.partition(), unused -> new TreeMap<>());
            Map.Entry<Long, Long> last = before.lastEntry();
            if (last == null || last.getValue() < range.first()) {
                before.put(range.first(), range.last());
            } else {
                before.put(last.getKey(), Math.max(last.getValue(), range.last()));
            }
        }
    }

    /** How many offsets of the run lie in the ranges. */
    public long common(DispositionRun run) {
        NavigableMap<Long, Long> ranges = partitions.getOrDefault(run.partition(), new TreeMap<>());
        Long before = ranges.floorKey(run.first());
        long from = before == null ? run.first() : before;
        long common = 0;
        for (Map.Entry<Long, Long> range :
                ranges.subMap(from, true, run.last(), true).entrySet()) {
            long first = Math.max(range.getKey(), run.first());
            common += Math.max(0, Math.min(range.getValue(), run.last()) - first + 1);
        }
        return common;
    }
}
