package io.stillstream.trainer.source;

import io.stillstream.contract.source.EndOfSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which markers of the ends of sources were read. A scorer writes the marker of each partition of {@code prompts} to each
 * partition of {@code teacher-targets}, behind the targets of its prompts; so once all of them were read, so was all of the
 * source, whatever the numbers of partitions and the order among them.
 */
final class SourceEnds {

    private final Map<String, Set<String>> read = new TreeMap<>();

    /** @param read what {@link #incomplete} gave */
    SourceEnds(Map<String, Set<String>> read) {
        read.forEach((id, markers) -> this.read.put(id, new TreeSet<>(markers)));
    }

    /**
     * A marker was read.
     *
     * @param partition of {@code teacher-targets} that it was in
     * @param partitions of {@code teacher-targets}
     * @return whether it was the last one of its end
     */
    boolean add(EndOfSource end, int partition, int partitions) {
        Set<String> markers = read.computeIfAbsent(end.id(), id -> new TreeSet<>());
        markers.add(end.partition() + ">" + partition);
        boolean last = markers.size() == end.partitions() * partitions;
        if (last) {
            read.remove(end.id());
        }
        return last;
    }

    /** By the id of an end of which markers are missing, those that were read. */
    Map<String, Set<String>> incomplete() {
        Map<String, Set<String>> copy = new TreeMap<>();
        read.forEach((id, markers) -> copy.put(id, Set.copyOf(markers)));
        return copy;
    }
}
