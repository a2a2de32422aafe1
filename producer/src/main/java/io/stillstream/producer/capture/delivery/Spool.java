package io.stillstream.producer.capture.delivery;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits on disk. A record is there once {@link #append} has returned, also for the next process when this one is killed; of a
 * machine that loses its power, the last second may be missing. What a process did not note as done, the next sends again: at
 * least once, under the same ids.
 */
final class Spool implements Backlog {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private static final int SEGMENTS = 8;
    private static final long LARGEST_SEGMENT = 16 << 20;
    private static final long NOTE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path directory;
    private final long maxBytes;
    private final long segmentBytes;
    private final SpoolPosition position;
    /** From the oldest, which is read, to the youngest, which is written. */
    private final Deque<Segment> segments = new ArrayDeque<>();

    private Segment active;
    private long next;
    private long done;
    private long cursor;
    /** Where the record of the cursor begins in its segment; negative where that has to be found out. */
    private long cursorAt = -1;

    private long notedAt = System.nanoTime();
    private long forcedAt = System.nanoTime();
    private boolean unforced;
    private boolean broken;

    private Spool(Path directory, long maxBytes, SpoolPosition position) throws IOException {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.position = position;
        segmentBytes = Math.min(LARGEST_SEGMENT, maxBytes / SEGMENTS);
        done = position.read();
        for (String name : names(directory)) {
            Segment segment = Segment.open(directory, name);
            if (segment.end() <= done || segment.count() == 0) {
                segment.delete();
            } else {
                segments.add(segment);
                next = segment.end();
            }
        }
        Segment oldest = segments.peek();
        done = oldest == null ? done : Math.max(done, oldest.first());
        next = Math.max(next, done);
        cursor = done;
        active = Segment.create(directory, next);
        segments.add(active);
    }

    /**
     * @param directory relative to nothing; made where it is absent
     * @throws ProducerException when it cannot be used
     */
    static Spool open(Path directory, long maxBytes) {
        try {
            PrivateDirectory.create(directory);
            SpoolPosition position = SpoolPosition.open(directory);
            try {
                var spool = new Spool(directory, maxBytes, position);
                if (spool.records() > 0) {
                    LOG.info("{} records wait in {} and are sent first", spool.records(), directory);
                }
                return spool;
            } catch (IOException e) {
                position.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ProducerException("the spool " + directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(Segment::isName)
                    .sorted()
                    .toList();
        }
    }

    @Override
    public synchronized Appended append(Outgoing record) {
        byte[] payload = record.encode();
        if (Segment.after(bytes(), payload) > maxBytes) {
            return Appended.FULL;
        }
        try {
            if (active.count() > 0 && Segment.after(active.length(), payload) > segmentBytes) {
                roll();
            }
            active.append(payload);
        } catch (IOException e) {
            if (!broken) {
                LOG.error("the spool {} cannot be written: {}; captured prompts are lost until it can", directory, e);
            }
            broken = true;
            return Appended.FAILED;
        }
        if (broken) {
            LOG.info("the spool {} is written again", directory);
            broken = false;
        }
        unforced = true;
        next++;
        notifyAll();
        return Appended.WAITING;
    }

    private void roll() throws IOException {
        Segment fresh = Segment.create(directory, next);
        active.force();
        active = fresh;
        segments.add(fresh);
    }

    @Override
    public synchronized @Nullable Taken take(Duration patience) throws InterruptedException {
        forceIfDue();
        long deadline = System.nanoTime() + patience.toNanos();
        while (cursor >= next) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        Segment segment = segmentOfCursor();
        try {
            if (cursorAt < 0) {
                cursorAt = find(segment, cursor);
            }
            byte[] payload = segment.read(cursorAt);
            Outgoing record = Outgoing.decode(payload);
            cursorAt = Segment.after(cursorAt, payload);
            return new Taken(cursor++, record);
        } catch (IOException | ContractException e) {
            LOG.error("{} records of the spool are lost: {}", segment.end() - cursor, e.toString());
            cursor = segment.end();
            cursorAt = -1;
            return null;
        }
    }

    /** Between two segments, the second of which another process wrote, sequence numbers may be missing. */
    private Segment segmentOfCursor() {
        for (Segment segment : segments) {
            if (cursor < segment.end()) {
                if (cursor <= segment.first()) {
                    cursor = segment.first();
                    cursorAt = segment.begin();
                }
                return segment;
            }
        }
        throw new IllegalStateException("no segment of " + directory + " holds record " + cursor + " of " + next);
    }

    private static long find(Segment segment, long sequence) throws IOException {
        long at = segment.begin();
        for (long before = segment.first(); before < sequence; before++) {
            at = Segment.after(at, segment.read(at));
        }
        return at;
    }

    @Override
    public synchronized void done(long sequence) {
        done = Math.max(done, sequence + 1);
        try {
            if (done >= next && active.length() > segmentBytes / 2) {
                roll();
            }
            while (segments.size() > 1 && segments.element().end() <= done) {
                segments.remove().delete();
            }
            long now = System.nanoTime();
            if (now - notedAt > NOTE_NANOS || done == next) {
                position.write(done);
                notedAt = now;
            }
        } catch (IOException e) {
            // The next process sends again what this one could not note.
            LOG.warn("the spool {} cannot note what was sent: {}", directory, e.toString());
        }
    }

    @Override
    public synchronized void rewind() {
        cursor = done;
        cursorAt = -1;
    }

    @Override
    public synchronized long bytes() {
        return segments.stream().mapToLong(Segment::length).sum();
    }

    @Override
    public synchronized long records() {
        return next - done;
    }

    @Override
    public boolean survives() {
        return true;
    }

    private void forceIfDue() {
        long now = System.nanoTime();
        if (unforced && now - forcedAt > FORCE_NANOS) {
            try {
                active.force();
                unforced = false;
            } catch (IOException e) {
                LOG.warn("the spool {} cannot be forced to disk: {}", directory, e.toString());
            }
            forcedAt = now;
        }
    }

    @Override
    public synchronized void close() {
        try {
            active.force();
            position.write(done);
            for (Segment segment : segments) {
                segment.close();
            }
            position.close();
        } catch (IOException e) {
            LOG.warn("the spool {} was not closed as it should be: {}", directory, e.toString());
        }
    }
}
