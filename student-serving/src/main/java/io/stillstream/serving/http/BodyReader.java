package io.stillstream.serving.http;

import io.stillstream.http.ByteBudget;
import io.stillstream.serving.api.ApiException;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.Content;

/**
 * Reads one request's body into memory as its bytes come, while there is room for them: what was only announced takes none, and the
 * first bytes are everybody's, so that those who send much and do not end keep out nobody but their like.
 */
final class BodyReader implements Runnable, AutoCloseable {

    private static final int FREE_BYTES = 64 << 10;

    private final Content.Source source;
    private final int mostBytes;
    private final ByteBudget budget;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private long taken;

    BodyReader(Content.Source source, int mostBytes, ByteBudget budget) {
        this.source = source;
        this.mostBytes = mostBytes;
        this.budget = budget;
    }

    /** Ends with an {@link ApiException} where the body is too large or there is no room for it, and otherwise as the caller failed. */
    CompletableFuture<byte[]> read() {
        run();
        return whole;
    }

    /** As much as there is by now. */
    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                source.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                whole.completeExceptionally(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            try {
                add(chunk);
            } catch (ApiException e) {
                whole.completeExceptionally(e);
                return;
            } finally {
                chunk.release();
            }
            if (last) {
                whole.complete(bytes.toByteArray());
                return;
            }
        }
    }

    private void add(Content.Chunk chunk) {
        int size = bytes.size() + chunk.remaining();
        if (size > mostBytes) {
            throw new ApiException(ServerErrors.bodyTooLarge(mostBytes));
        }
        long needed = Math.max(0, size - FREE_BYTES);
        if (!budget.reserve(needed - taken)) {
            throw new ApiException(ServerErrors.tooManyBytes());
        }
        taken = needed;
        byte[] next = new byte[chunk.remaining()];
        chunk.getByteBuffer().get(next);
        bytes.writeBytes(next);
    }

    /** Makes room for others; to be called once the body is no longer needed. */
    @Override
    public void close() {
        budget.release(taken);
        taken = 0;
    }
}
