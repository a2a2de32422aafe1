package io.stillstream.trainer.source;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The records of a partition that were fetched and not returned yet. */
final class PartitionBuffer {

    private final Deque<Entry> buffered = new ArrayDeque<>();
    private long next;
    private long timestamp;
    private long fetchedTimestamp;

    /** @param arrived by a clock that only goes forward */
    private record Entry(ConsumerRecord<byte[], byte[]> raw, long timestamp, long arrived) {}

    /**
     * @param next the first offset to be read
     * @param timestamp the highest of the records before it
     */
    PartitionBuffer(long next, long timestamp) {
        this.next = next;
        this.timestamp = timestamp;
        this.fetchedTimestamp = timestamp;
    }

    void add(ConsumerRecord<byte[], byte[]> raw, long arrived) {
        // A producer's clock may go back; the order of a partition may not.
        fetchedTimestamp = Math.max(fetchedTimestamp, raw.timestamp());
        buffered.add(new Entry(raw, fetchedTimestamp, arrived));
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
        long from = next;
        next = head.raw().offset() + 1;
        timestamp = head.timestamp();
        return new MergedRecord(head.raw(), from, timestamp);
    }

    /** Continues after an offset, and drops what is buffered up to it. */
    void pass(long last) {
        buffered.removeIf(entry -> entry.raw().offset() <= last);
        next = Math.max(next, last + 1);
    }
}
