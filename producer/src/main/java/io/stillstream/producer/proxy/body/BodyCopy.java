package io.stillstream.producer.proxy.body;

import io.stillstream.http.ByteBudget;
import io.stillstream.producer.capture.call.CopiedBody;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a body while it passes: whole, or nothing once the body is longer than a copy may be or the budget is spent.
 * Thread-safe, since a call may end on another thread than its bytes come on.
 */
public final class BodyCopy {

    private static final int FIRST_CAPACITY = 1 << 10;

    private final ByteBudget budget;
    private final int most;
    private byte[] bytes = new byte[0];
    private int length;
    private boolean whole = true;
    private boolean closed;

    public BodyCopy(ByteBudget budget, int most) {
        this.budget = budget;
        this.most = most;
    }

    /** Adds what the buffer has, and leaves its position as it is. */
    public synchronized void add(ByteBuffer buffer) {
        int added = buffer.remaining();
        if (closed || !whole || added == 0) {
            return;
        }
        if (added > most - length || !hasRoom(length + added)) {
            whole = false;
            free();
            return;
        }
        buffer.get(buffer.position(), bytes, length, added);
        length += added;
    }

    /** The copy so far; its memory is the caller's, and counts until {@link #close}. */
    public synchronized CopiedBody taken(@Nullable String contentType, @Nullable String contentEncoding) {
        return new CopiedBody(Arrays.copyOf(bytes, length), whole, contentType, contentEncoding);
    }

    /** Ends copying and gives the memory back to the budget. */
    public synchronized void close() {
        closed = true;
        free();
    }

    private boolean hasRoom(int needed) {
        if (needed <= bytes.length) {
            return true;
        }
        int capacity = (int) Math.min(most, Math.max(needed, Math.max(FIRST_CAPACITY, 2L * bytes.length)));
        if (!budget.reserve(capacity - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    private void free() {
        budget.release(bytes.length);
        bytes = new byte[0];
        length = 0;
    }
}
