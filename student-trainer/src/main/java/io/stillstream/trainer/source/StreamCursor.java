package io.stillstream.trainer.source;

import io.stillstream.contract.source.EndOfSource;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * The trainer's position in the stream: where the last step ends, and what was read since, each offset with its
 * disposition. What was read since becomes part of the next step when that is closed; whoever resumes from the last step
 * reads it again.
 */
public final class StreamCursor {

    private final String topic;
    private final Map<TopicPartition, Long> offsets;
    private final Map<TopicPartition, Long> timestamps;
    private final Map<TopicPartition, Long> timestampsSinceStep = new HashMap<>();
    private final SourceEnds ends;
    private Map<String, Set<String>> incompleteEnds;
    private List<DispositionRun> sinceStep = new ArrayList<>();

    /**
     * @param start the next offset of every partition
     * @param timestamps of each partition the highest before that
     * @param incompleteEnds what {@link #incompleteEnds} was there
     */
    public StreamCursor(
            String topic,
            Offsets start,
            Map<TopicPartition, Long> timestamps,
            Map<String, Set<String>> incompleteEnds) {
        this.topic = topic;
        this.offsets = new HashMap<>(start.offsets());
        this.timestamps = new HashMap<>(timestamps);
        this.ends = new SourceEnds(incompleteEnds);
        this.incompleteEnds = ends.incomplete();
    }

    /** A record was read; so were the offsets before it that hold none, or one that is passed over. */
    public void add(MergedRecord record, Disposition disposition) {
        int partition = record.raw().partition();
        OffsetRange skipped = record.skipped();
        for (long offset = record.from(); offset < record.raw().offset(); offset++) {
            add(new DispositionRun(
                    skipped != null && skipped.holds(partition, offset) ? Disposition.SKIPPED : Disposition.NO_RECORD,
                    partition,
                    offset,
                    offset));
        }
        add(new DispositionRun(
                disposition, partition, record.raw().offset(), record.raw().offset()));
        timestampsSinceStep.put(record.partition(), record.timestamp());
    }

    /** Offsets were passed that the topic no longer has: they are part of the next step. */
    public void addDeleted(List<DispositionRun> runs) {
        runs.forEach(this::add);
    }

    /** Whether nothing was read since the last step. */
    public boolean isAtStep() {
        return sinceStep.isEmpty();
    }

    /**
     * The marker of a source's end was read, and {@linkplain #add added} or {@linkplain #addRepeated repeated}.
     *
     * @return whether all of that source was read now
     */
    public boolean addEnd(MergedRecord record, EndOfSource end) {
        return ends.add(end, record.raw().partition(), offsets.size());
    }

    /** Closes a step, and returns what was read for it. */
    public List<DispositionRun> closeStep() {
        List<DispositionRun> closed = sinceStep;
        sinceStep = new ArrayList<>();
        moveTo(closed);
        return closed;
    }

    /** Closes a step that the ledger lists; it was read with {@link #addRepeated}. */
    public void closeRepeated(List<DispositionRun> runs) {
        sinceStep = new ArrayList<>();
        moveTo(runs);
    }

    /** A record of a step that the ledger lists was read. */
    public void addRepeated(MergedRecord record) {
        timestampsSinceStep.put(record.partition(), record.timestamp());
    }

    /** Where the last step ends. */
    public Offsets offsets() {
        return Offsets.of(offsets);
    }

    /** The highest timestamp of each partition up to the end of the last step. */
    public Map<TopicPartition, Long> timestamps() {
        return Map.copyOf(timestamps);
    }

    /** The markers of the ends of sources that were read up to the end of the last step, where some are missing. */
    public Map<String, Set<String>> incompleteEnds() {
        return incompleteEnds;
    }

    private void moveTo(List<DispositionRun> runs) {
        runs.forEach(run -> offsets.put(new TopicPartition(topic, run.partition()), run.last() + 1));
        timestamps.putAll(timestampsSinceStep);
        timestampsSinceStep.clear();
        incompleteEnds = ends.incomplete();
    }

    private void add(DispositionRun run) {
        int last = sinceStep.size() - 1;
        if (last >= 0 && sinceStep.get(last).isFollowedBy(run)) {
            sinceStep.set(
                    last,
                    new DispositionRun(
                            run.disposition(),
                            run.partition(),
                            sinceStep.get(last).first(),
                            run.last()));
        } else {
            sinceStep.add(run);
        }
    }
}
