package io.stillstream.trainer.source;

import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The way through the stream: where the last step ends, and what was read since, every offset with its fate. What was
 * read since belongs to nobody before the next step is closed, and is read again by whoever goes on from the last one.
 */
public final class StreamCursor {

    private final String topic;
    private final List<OffsetRange> quarantine;
    private final Map<TopicPartition, Long> offsets;
    private final Map<TopicPartition, Long> timestamps;
    private final Map<TopicPartition, Long> timestampsSince = new HashMap<>();
    private List<DispositionRun> since = new ArrayList<>();

    /**
     * @param start the next offset of every partition
     * @param timestamps of each partition the highest before that
     * @param quarantine offsets that are passed over unread
     */
    public StreamCursor(
            String topic, Offsets start, Map<TopicPartition, Long> timestamps, List<OffsetRange> quarantine) {
        this.topic = topic;
        this.quarantine = List.copyOf(quarantine);
        this.offsets = new HashMap<>(start.offsets());
        this.timestamps = new HashMap<>(timestamps);
    }

    /** A record was read; so were the offsets before it that hold none. */
    public void add(MergedRecord taken, Disposition fate) {
        int partition = taken.raw().partition();
        for (long offset = taken.from(); offset < taken.raw().offset(); offset++) {
            add(new DispositionRun(
                    isQuarantined(partition, offset) ? Disposition.SKIPPED : Disposition.NOTHING,
                    partition,
                    offset,
                    offset));
        }
        add(new DispositionRun(
                fate, partition, taken.raw().offset(), taken.raw().offset()));
        timestampsSince.put(taken.partition(), taken.timestamp());
    }

    /** Closes a step: what was read since the last one is its own. */
    public List<DispositionRun> close() {
        List<DispositionRun> closed = since;
        since = new ArrayList<>();
        moveTo(closed);
        return closed;
    }

    /** A step that was closed before this process. */
    public void repeat(List<DispositionRun> runs) {
        since = new ArrayList<>();
        moveTo(runs);
    }

    /** A record of such a step was read. */
    public void see(MergedRecord taken) {
        timestampsSince.put(taken.partition(), taken.timestamp());
    }

    /** Where the last step ends. */
    public Offsets position() {
        return Offsets.of(offsets);
    }

    /** Of each partition the highest timestamp before that. */
    public Map<TopicPartition, Long> timestamps() {
        return Map.copyOf(timestamps);
    }

    private void moveTo(List<DispositionRun> runs) {
        runs.forEach(run -> offsets.put(new TopicPartition(topic, run.partition()), run.last() + 1));
        timestamps.putAll(timestampsSince);
        timestampsSince.clear();
    }

    private boolean isQuarantined(int partition, long offset) {
        return quarantine.stream().anyMatch(range -> range.holds(partition, offset));
    }

    private void add(DispositionRun run) {
        int last = since.size() - 1;
        if (last >= 0 && since.get(last).isFollowedBy(run)) {
            since.set(
                    last,
                    new DispositionRun(
                            run.fate(), run.partition(), since.get(last).first(), run.last()));
        } else {
            since.add(run);
        }
    }
}
