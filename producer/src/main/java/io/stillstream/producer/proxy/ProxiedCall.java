package io.stillstream.producer.proxy;

import io.stillstream.http.CallerWatch;
import io.stillstream.producer.capture.CallEnd;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way to its upstream and back. It ends once, by the first of: the answer's last byte, the caller's going, the
 * upstream's failing, a deadline; and then lets go of the other side at once.
 */
final class ProxiedCall {

    /** Who writes to the caller. */
    private enum Phase {
        /** Nobody yet. */
        WAITING,
        /** The upstream's answer. */
        ANSWERING,
        ENDED
    }

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final ProxyParts parts;
    private final Upstream upstream;
    private final CallRecord record;
    private final org.eclipse.jetty.server.Request call;
    private final Response answer;
    private final Callback callback;
    private final CallerWatch watch;
    private final Deadline deadline;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile Request request;
    /** Whether there was a connection to send it on. */
    private volatile boolean connected;

    private boolean sentAgain;

    ProxiedCall(
            ProxyParts parts,
            Upstream upstream,
            CallRecord record,
            org.eclipse.jetty.server.Request call,
            Response answer,
            Callback callback) {
        this.parts = parts;
        this.upstream = upstream;
        this.record = record;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
        watch = new CallerWatch(call, this::callerGone);
        deadline = new Deadline(parts.scheduler(), this::late);
        request = request();
    }

    /** @param body null where there is none */
    void send(@Nullable CallerBody body) {
        // A caller that waits for an answer is silent, and so is one that waits for the upstream to take more of its
        // body.
        call.addIdleTimeoutListener(timeout -> false);
        call.addFailureListener(this::callerGone);
        if (body == null) {
            watch.start();
        } else {
            request.body(body);
        }
        record.handedOver();
        request.send(this::complete);
    }

    /** A piece of the body goes to the upstream. */
    void passed(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            callerGone(chunk.getFailure());
            return;
        }
        record.requestBytes(chunk.getByteBuffer());
        deadline.begin(
                Deadline.Wait.FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
                parts.config().idleTimeout());
        if (chunk.isLast()) {
            watch.start();
        }
    }

    private Request request() {
        Request to = upstream.client()
                .newRequest(upstream.origin())
                .method(call.getMethod())
                // In place of the connection's: the deadlines say how long what may take.
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .path(upstream.target(call.getHttpURI().getPathQuery()))
                .headers(headers -> {
                    headers.clear();
                    ForwardedHeaders.toUpstream(call.getHeaders(), headers, upstream, parts.token());
                });
        to.onRequestBegin(sending -> {
            connected = true;
            record.connected();
            deadline.begin(
                    Deadline.Wait.FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
                    parts.config().idleTimeout());
        });
        to.onRequestCommit(sent -> record.requestBegun());
        to.onRequestSuccess(sent -> {
            if (phase.get() == Phase.WAITING) {
                deadline.begin(Deadline.Wait.FOR_THE_FIRST_BYTE, parts.config().firstByteTimeout());
            }
        });
        to.onResponseContentSource(this::answer);
        return to;
    }

    private void answer(org.eclipse.jetty.client.Response from, Content.Source body) {
        if (!phase.compareAndSet(Phase.WAITING, Phase.ANSWERING)) {
            body.fail(new EofException("the call has ended"));
            return;
        }
        deadline.met();
        record.answered(from.getStatus(), from.getHeaders().asImmutable());
        answer.setStatus(from.getStatus());
        HttpFields.Mutable headers = answer.getHeaders();
        ForwardedHeaders.toCaller(from.getHeaders(), headers);
        if (isOfUnknownLength(from)) {
            // Without it Jetty would end an answer on a connection that is to be closed by closing it, and one that
            // broke off
            // would look whole.
            headers.put(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED);
        }
        new AnswerPump(this, body, answer).iterate();
    }

    private boolean isOfUnknownLength(org.eclipse.jetty.client.Response from) {
        return call.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
                && !from.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
                && !HttpMethod.HEAD.is(call.getMethod())
                && !HttpStatus.hasNoBody(from.getStatus());
    }

    /** The answer's next piece may take its time. */
    void awaitPiece() {
        deadline.begin(Deadline.Wait.FOR_THE_NEXT_BYTE, parts.config().idleTimeout());
    }

    /** A piece of the answer has come, and goes to the caller. */
    void received(ByteBuffer piece, boolean last) {
        deadline.met();
        record.responseBytes(piece);
        if (last) {
            watch.stop();
        }
    }

    /** The answer's headers, and what came with them, are written. */
    void begun() {
        record.answerBegun(upstream.name());
    }

    /** All of the answer is written. */
    void answered() {
        end(CallEnd.COMPLETE, null, null);
    }

    private void complete(Result result) {
        if (result.isFailed() && !sendAgain()) {
            upstreamFailed(result.getFailure());
        }
    }

    /**
     * Sends the call once more where its connection ended without an answer, as one does that the upstream was about to close. Only
     * what changes nothing there is sent twice: the upstream may have done what was asked the first time.
     */
    private boolean sendAgain() {
        if (sentAgain || !connected || !isSafe() || phase.get() != Phase.WAITING) {
            return false;
        }
        sentAgain = true;
        Request again = request();
        request = again;
        again.send(this::complete);
        if (phase.get() == Phase.ENDED) {
            // Whoever ended it in between may have ended the first alone.
            var unused = again.abort(new EofException("the call has ended"));
        }
        return true;
    }

    /** Whether it asks for something, without a body, and changes nothing. */
    private boolean isSafe() {
        return request.getBody() == null && SAFE.contains(call.getMethod());
    }

    void callerGone(Throwable cause) {
        end(CallEnd.CALLER_GONE, cause, null);
    }

    void upstreamFailed(Throwable cause) {
        ProxyError error = UpstreamErrors.of(upstream, cause, parts.config());
        end(error.status() == UpstreamErrors.TOO_LATE ? CallEnd.DEADLINE : CallEnd.UPSTREAM_FAILED, cause, error);
    }

    private void late(Deadline.Wait wait) {
        ProxyError error = UpstreamErrors.late(upstream, wait, parts.config());
        end(CallEnd.DEADLINE, new java.util.concurrent.TimeoutException(error.message()), error);
    }

    private void end(CallEnd how, @Nullable Throwable cause, @Nullable ProxyError error) {
        Phase before = phase.getAndSet(Phase.ENDED);
        if (before == Phase.ENDED) {
            return;
        }
        watch.stop();
        deadline.destroy();
        if (cause != null) {
            var unused = request.abort(cause);
        }
        record.ended(upstream.name(), how);
        if (cause == null) {
            callback.succeeded();
        } else if (error != null && before == Phase.WAITING) {
            error.send(answer, callback);
        } else {
            // What is missing must be seen: the connection is closed before the answer's end.
            callback.failed(cause);
        }
    }
}
