package io.stillstream.trainer.source;

import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The records of a partition that were fetched and not returned yet. */
final class PartitionBuffer {

    /** What a record and its parts take besides their bytes, about. */
    private static final int OBJECTS = 200;

    private final Deque<Entry> buffered = new ArrayDeque<>();
    private long next;
    private long timestamp;
    private final long lead;
    private long fetchedTimestamp;
    private long bytes;
    private @Nullable OffsetRange skipped;

    /**
     * @param skipped what was passed over before it
     * @param arrived by a clock that only goes forward
     */
    private record Entry(
            ConsumerRecord<byte[], byte[]> raw, @Nullable OffsetRange skipped, long timestamp, long arrived) {}

    /**
     * @param next the first offset to be read
     * @param timestamp the highest of the records before it; {@link Long#MIN_VALUE} where there are none
     * @param lead by how many milliseconds a record's timestamp may exceed that of the records before it
     */
    PartitionBuffer(long next, long timestamp, long lead) {
        this.next = next;
        this.timestamp = timestamp;
        this.lead = lead;
        this.fetchedTimestamp = timestamp;
    }

    /** A record is passed over: its timestamp counts as little as if it had never been there. */
    void skip(ConsumerRecord<byte[], byte[]> raw) {
        OffsetRange before = skipped;
        skipped = new OffsetRange(raw.partition(), before == null ? raw.offset() : before.first(), raw.offset());
    }

    void add(ConsumerRecord<byte[], byte[]> raw, long arrived) {
        OffsetRange before = skipped;
        skipped = null;
        // A producer's clock may go back; the order of a partition may not.
        fetchedTimestamp = Math.max(fetchedTimestamp, believed(raw.timestamp()));
        if (raw.offset() < next) {
            return;
        }
        buffered.add(new Entry(raw, before, fetchedTimestamp, arrived));
        bytes += bytes(raw);
    }

    /** Whatever clock wrote it; by the records of the partition alone, so that it is the same at every reading. */
    private long believed(long written) {
        boolean first = fetchedTimestamp == Long.MIN_VALUE;
        return first || fetchedTimestamp > Long.MAX_VALUE - lead ? written : Math.min(written, fetchedTimestamp + lead);
    }

    /** What the records take in memory, about. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return buffered.isEmpty();
    }

    int size() {
        return buffered.size();
    }

    /** Of the first record; there must be one. */
    long headTimestamp() {
        return buffered.element().timestamp();
    }

    long headArrival() {
        return buffered.element().arrived();
    }

    @Nullable
    Long headOffset() {
        Entry head = buffered.peek();
        return head == null ? null : head.raw().offset();
    }

    MergedRecord take() {
        Entry head = buffered.remove();
        bytes -= bytes(head.raw());
        long from = next;
        next = head.raw().offset() + 1;
        timestamp = head.timestamp();
        return new MergedRecord(head.raw(), from, head.skipped(), timestamp);
    }

    /** What lies behind the last record and before an end, while nothing is buffered; nothing where that was not read so far. */
    List<DispositionRun> passed(int partition, long end) {
        List<DispositionRun> runs = new ArrayList<>();
        OffsetRange quarantined = skipped;
        long rest = next;
        if (quarantined != null) {
            addRun(runs, Disposition.NO_RECORD, partition, next, quarantined.first() - 1);
            addRun(runs, Disposition.SKIPPED, partition, Math.max(next, quarantined.first()), quarantined.last());
            rest = Math.max(next, quarantined.last() + 1);
        }
        addRun(runs, Disposition.NO_RECORD, partition, rest, end - 1);
        return runs;
    }

    private static void addRun(
            List<DispositionRun> runs, Disposition disposition, int partition, long first, long last) {
        if (first <= last) {
            runs.add(new DispositionRun(disposition, partition, first, last));
        }
    }

    /** Continues after an offset, and drops what is buffered up to it or comes later. */
    void pass(long last) {
        buffered.removeIf(entry -> entry.raw().offset() <= last);
        bytes = buffered.stream().mapToLong(entry -> bytes(entry.raw())).sum();
        next = Math.max(next, last + 1);
    }

    private static long bytes(ConsumerRecord<byte[], byte[]> raw) {
        long bytes = OBJECTS;
        bytes += raw.key() == null ? 0 : raw.key().length;
        bytes += raw.value() == null ? 0 : raw.value().length;
        for (Header header : raw.headers()) {
            bytes += OBJECTS + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }
}
