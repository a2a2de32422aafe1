package io.stillstream.producer.capture.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Waits in memory, up to so many bytes, and is lost with the process. */
final class MemoryBacklog implements Backlog {

    private final long maxBytes;
    /** What was taken and is not done with comes before what was not taken yet. */
    private final Deque<Taken> taken = new ArrayDeque<>();

    private final Deque<Taken> waiting = new ArrayDeque<>();
    private long next;
    private long bytes;

    MemoryBacklog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public synchronized Appended append(Outgoing record) {
        if (bytes + record.bytes() > maxBytes) {
            return Appended.FULL;
        }
        bytes += record.bytes();
        waiting.add(new Taken(next++, record));
        notifyAll();
        return Appended.WAITING;
    }

    @Override
    public synchronized @Nullable Taken take(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (waiting.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        Taken head = waiting.remove();
        taken.add(head);
        return head;
    }

    @Override
    public synchronized void done(long sequence) {
        while (!taken.isEmpty() && taken.element().sequence() <= sequence) {
            bytes -= taken.remove().record().bytes();
        }
    }

    @Override
    public synchronized void rewind() {
        for (Iterator<Taken> last = taken.descendingIterator(); last.hasNext(); ) {
            waiting.addFirst(last.next());
        }
        taken.clear();
        notifyAll();
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized long records() {
        return taken.size() + (long) waiting.size();
    }

    @Override
    public boolean survives() {
        return false;
    }

    @Override
    public void close() {
        // Nothing outlives it.
    }
}
