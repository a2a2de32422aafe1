package io.stillstream.producer.proxy.call;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/** Passes each piece of an answer on to its caller as it comes, and reads none before the last is written. */
final class AnswerPump extends IteratingCallback {

    private final ProxiedCall call;
    private final Content.Source body;
    private final Response answer;
    /** On whatever thread reads the upstream: a hand-over to another would cost more than what it does. */
    private final Runnable goOn = Invocable.from(InvocationType.NON_BLOCKING, this::succeeded);

    private Content.@Nullable Chunk chunk;
    private Content.@Nullable Chunk ahead;
    private boolean written;
    private boolean counted;
    private boolean last;

    /** @param first piece of the body; null where none was read yet */
    AnswerPump(ProxiedCall call, Content.Source body, Content.@Nullable Chunk first, Response answer) {
        this.call = call;
        this.body = body;
        this.ahead = first;
        this.answer = answer;
    }

    @Override
    protected Action process() {
        if (last) {
            return Action.SUCCEEDED;
        }
        Content.Chunk next = next();
        if (next == null && !written) {
            // The headers do not wait for the body: a model may think in between.
            written = true;
            answer.write(false, BufferUtil.EMPTY_BUFFER, this);
            return Action.SCHEDULED;
        }
        if (next == null) {
            call.awaitPiece();
            body.demand(goOn);
            return Action.SCHEDULED;
        }
        if (Content.Chunk.isFailure(next)) {
            call.upstreamFailed(next.getFailure());
            return Action.SUCCEEDED;
        }
        // Where no more comes, the caller is to know with the last bytes, not after them.
        ahead = next.isLast() ? null : body.read();
        chunk = next;
        last = next.isLast() || isEnd(ahead);
        written = true;
        call.received(next.getByteBuffer(), last);
        answer.write(last, next.getByteBuffer(), this);
        return Action.SCHEDULED;
    }

    private Content.@Nullable Chunk next() {
        Content.Chunk next = ahead == null ? body.read() : ahead;
        ahead = null;
        return next;
    }

    private static boolean isEnd(Content.@Nullable Chunk chunk) {
        return chunk != null && chunk.isLast() && !chunk.hasRemaining() && !Content.Chunk.isFailure(chunk);
    }

    @Override
    protected void onSuccess() {
        Content.Chunk passed = chunk;
        if (passed != null) {
            passed.release();
            chunk = null;
        }
        if (written && !counted) {
            counted = true;
            call.begun();
        }
    }

    @Override
    protected void onCompleteSuccess() {
        call.answered();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
        if (ahead != null) {
            ahead.release();
            ahead = null;
        }
        call.callerGone(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
