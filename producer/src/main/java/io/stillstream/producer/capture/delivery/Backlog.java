package io.stillstream.producer.capture.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait for Kafka, in order. Any thread appends; one takes them, and says of each in order that it is done with.
 * What was taken and is not done with is taken again after a {@link #rewind}.
 */
interface Backlog extends AutoCloseable {

    /** What became of a record that was appended. */
    enum Appended {
        WAITING,
        /** There is no room. */
        FULL,
        /** It cannot be written. */
        FAILED
    }

    /** @param sequence counts the records, by one each */
    record Taken(long sequence, Outgoing record) {}

    /** Never blocks for longer than a write to disk takes. */
    Appended append(Outgoing record);

    /** The next record; null where none came in time. */
    @Nullable
    Taken take(Duration patience) throws InterruptedException;

    /** The record, and all before it, are with Kafka or given up. */
    void done(long sequence);

    /** Takes everything that is not done with once more. */
    void rewind();

    /** What waits, that which was taken included. */
    long bytes();

    long records();

    /** Whether what waits is there for the next process. */
    boolean survives();

    @Override
    void close();
}
