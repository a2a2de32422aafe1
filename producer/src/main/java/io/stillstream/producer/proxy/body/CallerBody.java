package io.stillstream.producer.proxy.body;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A caller's body on its way to an upstream: as its bytes come, and not before the upstream takes them. Pieces that were read
 * ahead to find the upstream go first.
 */
public final class CallerBody implements Request.Content {

    private final Content.Source source;
    private final long length;
    private final Deque<Content.Chunk> ahead = new ArrayDeque<>();
    private final Consumer<Content.Chunk> passed;
    private volatile boolean begun;
    private volatile @Nullable Throwable failure;

    /**
     * @param length -1 where it is not known
     * @param passed told of each piece before it goes on, of the last and of a failure too
     */
    public CallerBody(Content.Source source, long length, Consumer<Content.Chunk> passed) {
        this.source = source;
        this.length = length;
        this.passed = passed;
    }

    /** A piece to go first, after those added before; to be called before the body is sent. */
    public void addAhead(Content.Chunk chunk) {
        ahead.add(chunk);
    }

    private void discard() {
        ahead.forEach(Content.Chunk::release);
        ahead.clear();
    }

    /** Null, since the caller's header goes on where there is one, and none is added. */
    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public long getLength() {
        return length;
    }

    @Override
    public Content.@Nullable Chunk read() {
        if (failure != null) {
            return Content.Chunk.from(failure);
        }
        begun = true;
        Content.Chunk chunk = next();
        if (chunk != null) {
            passed.accept(chunk);
        }
        return chunk;
    }

    /**
     * A piece, marked as the last where nothing follows: the upstream may have answered all of it before anybody would have read
     * that the body has ended, and Jetty closes the connection of a call that ends with something unread.
     */
    private Content.@Nullable Chunk next() {
        Content.Chunk chunk = ahead.isEmpty() ? source.read() : ahead.poll();
        if (chunk == null || chunk.isLast() || Content.Chunk.isFailure(chunk)) {
            return chunk;
        }
        Content.Chunk following = ahead.isEmpty() ? source.read() : ahead.poll();
        if (following == null) {
            return chunk;
        }
        if (following.isLast() && !following.hasRemaining() && !Content.Chunk.isFailure(following)) {
            following.release();
            return Content.Chunk.asChunk(chunk.getByteBuffer(), true, chunk);
        }
        ahead.addFirst(following);
        return chunk;
    }

    @Override
    public void demand(Runnable available) {
        if (ahead.isEmpty()) {
            source.demand(available);
        } else {
            available.run();
        }
    }

    /**
     * The caller's connection stays as it is: whoever gives up sending may have an answer for it. A body of which nothing was read can
     * still be sent with another request, until {@link #discardUnread}.
     */
    @Override
    public void fail(Throwable cause) {
        if (begun) {
            failure = cause;
            discard();
        }
    }

    /** Its call has ended: what was read ahead is let go, where no upstream took any of it. */
    public void discardUnread(Throwable cause) {
        if (!begun) {
            failure = cause;
            discard();
        }
    }
}
