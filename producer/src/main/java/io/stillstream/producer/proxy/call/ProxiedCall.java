package io.stillstream.producer.proxy.call;

import io.stillstream.http.CallerWatch;
import io.stillstream.producer.capture.CallEnd;
import io.stillstream.producer.proxy.body.CallerBody;
import io.stillstream.producer.proxy.rollout.ArmRecord;
import io.stillstream.producer.proxy.rollout.Destination;
import io.stillstream.producer.proxy.upstream.Deadline;
import io.stillstream.producer.proxy.upstream.ForwardedHeaders;
import io.stillstream.producer.proxy.upstream.ProxyError;
import io.stillstream.producer.proxy.upstream.Upstream;
import io.stillstream.producer.proxy.upstream.UpstreamErrors;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way to its upstream and back. It ends once, by the first of: the answer's last byte, the caller's going, the
 * upstream's failing, a deadline; and then lets go of the other side at once. Where it can go to more than one upstream, one that fails
 * before the caller has seen anything gives way to the next.
 */
public final class ProxiedCall {

    /** Who writes to the caller. */
    private enum Phase {
        /** Nobody yet. */
        WAITING,
        /** The upstream's answer. */
        ANSWERING,
        ENDED
    }

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /** Before a call queues again: connections that fail, fail together, and each takes with it whatever is queued. */
    private static final Duration QUEUES_AGAIN_AFTER = Duration.ofMillis(100);

    private final ProxyParts parts;
    /** Those that can still be asked, the next one first. */
    private final Deque<Destination> others;

    private final CallRecord record;
    private final org.eclipse.jetty.server.Request call;
    private final Response answer;
    private final Callback callback;
    private final CallerWatch watch;
    private final Deadline deadline;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile Destination destination;
    /** What is told of the destination; null where the rollout has no part in the call. */
    private volatile @Nullable ArmRecord arm;

    /** The one that counts: what comes of one before it is passed over. */
    private volatile Request request;
    /** Whether there was a connection to send it on. */
    private volatile boolean connected;
    /** When its destination was asked first, in {@link System#nanoTime}. */
    private volatile long askedAt;

    private boolean sentAgain;

    public ProxiedCall(
            ProxyParts parts,
            List<Destination> destinations,
            CallRecord record,
            org.eclipse.jetty.server.Request call,
            Response answer,
            Callback callback) {
        this.parts = parts;
        others = new ArrayDeque<>(destinations);
        destination = others.remove();
        this.record = record;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
        watch = new CallerWatch(call, this::callerGone);
        deadline = new Deadline(parts.scheduler(), this::late);
        askedAt = System.nanoTime();
        request = request();
    }

    /** @param body null where there is none */
    public void send(@Nullable CallerBody body) {
        listen();
        if (body == null) {
            watch.start();
        } else {
            request.body(body);
        }
        record.handedOver();
        send(request);
    }

    /** Sends it with the body that its destinations have. */
    void sendCopies() {
        listen();
        watch.start();
        record.handedOver();
        request.body(destination.content());
        send(request);
    }

    private void listen() {
        // A caller that waits for an answer is silent, and so is one that waits for the upstream to take more of its
        // body.
        call.addIdleTimeoutListener(timeout -> false);
        call.addFailureListener(this::callerGone);
    }

    private void send(Request sent) {
        if (destination.isStudent()) {
            // All of it, a wait for a connection too: there is another who can answer.
            deadline.begin(
                    Deadline.Wait.FOR_THE_FIRST_BYTE, parts.config().rollout().firstByteTimeout());
        }
        sent.send(result -> complete(sent, result));
    }

    /** A piece of the body goes to the upstream. */
    public void passed(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            callerGone(chunk.getFailure());
            return;
        }
        record.requestBytes(chunk.getByteBuffer());
        awaitTaking();
        if (chunk.isLast()) {
            watch.start();
        }
    }

    private Request request() {
        Destination there = destination;
        arm = ArmRecord.of(parts.outcomes(), there);
        Upstream upstream = there.upstream();
        Request to = upstream.client()
                .newRequest(upstream.origin())
                .method(call.getMethod())
                // In place of the connection's: the deadlines say how long what may take.
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .path(there.pathAndQuery())
                .headers(headers -> {
                    headers.clear();
                    ForwardedHeaders.toUpstream(call.getHeaders(), headers, upstream, parts.token(), there.isStudent());
                    byte[] body = there.body();
                    if (body != null) {
                        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
                    }
                });
        to.onRequestBegin(sending -> {
            connected = true;
            record.connected();
            if (!there.isStudent()) {
                awaitTaking();
            }
        });
        to.onRequestCommit(sent -> record.requestBegun());
        to.onRequestSuccess(sent -> {
            if (to == request && phase.get() == Phase.WAITING && !there.isStudent()) {
                deadline.begin(
                        Deadline.Wait.FOR_THE_FIRST_BYTE, parts.config().firstByteTimeout());
            }
        });
        to.onResponseContentSource((from, body) -> answer(to, from, body));
        return to;
    }

    private void awaitTaking() {
        deadline.begin(
                Deadline.Wait.FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
                parts.config().idleTimeout());
    }

    private void answer(Request asked, org.eclipse.jetty.client.Response from, Content.Source body) {
        int status = from.getStatus();
        if (goesElsewhere(status) && askNext(asked, ArmRecord.isDeclined(status), ArmRecord.code(from))) {
            // Afterwards: failing the body ends the exchange, which by itself says less of why.
            body.fail(new EofException("another upstream is asked"));
        } else if (destination.isStudent()) {
            awaitPiece(asked, from, body);
        } else {
            begin(asked, from, body, null);
        }
    }

    /** A student's answer begins for its caller with its first bytes: until then another arm can give one. */
    private void awaitPiece(Request asked, org.eclipse.jetty.client.Response from, Content.Source body) {
        Content.Chunk first = body.read();
        if (first == null) {
            body.demand(Invocable.from(InvocationType.NON_BLOCKING, () -> awaitPiece(asked, from, body)));
        } else if (!Content.Chunk.isFailure(first)) {
            begin(asked, from, body, first);
        } else if (!askNext(asked, false, ArmRecord.code(first.getFailure()))) {
            upstreamFailed(first.getFailure());
        }
    }

    /** @param first piece of the body; null where none was read yet */
    private void begin(
            Request asked, org.eclipse.jetty.client.Response from, Content.Source body, Content.@Nullable Chunk first) {
        synchronized (this) {
            if (asked != request || !phase.compareAndSet(Phase.WAITING, Phase.ANSWERING)) {
                if (first != null) {
                    first.release();
                }
                body.fail(new EofException("the call has ended"));
                return;
            }
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
        new AnswerPump(this, body, first, answer).iterate();
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
        ArmRecord told = arm;
        if (told != null) {
            told.piece(piece);
        }
        if (last) {
            watch.stop();
        }
    }

    /** The answer's headers, and what came with them, are written. */
    void begun() {
        record.answerBegun(destination.upstream().name());
    }

    /** All of the answer is written. */
    void answered() {
        end(CallEnd.COMPLETE, null, null);
    }

    private void complete(Request sent, Result result) {
        if (sent == request
                && result.isFailed()
                && !queueAgain(result.getFailure())
                && !sendAgain()
                && !askNext(sent, false, ArmRecord.code(result.getFailure()))) {
            upstreamFailed(result.getFailure());
        }
    }

    /** Whether an answer of that status is one that production may be able to give, or a champion. */
    private boolean goesElsewhere(int status) {
        return destination.isStudent() && !HttpStatus.isSuccess(status);
    }

    /**
     * Asks the next destination while the caller has seen nothing.
     *
     * @param asked the request that failed
     * @param declined whether no other student would answer either
     * @param failure why it failed, as an outcome has it
     * @return whether there is nothing more to be done about this request
     */
    private boolean askNext(Request asked, boolean declined, String failure) {
        Request next;
        synchronized (this) {
            if (asked != request || phase.get() != Phase.WAITING) {
                return asked != request;
            }
            while (declined && others.size() > 1) {
                others.remove();
            }
            if (others.isEmpty()) {
                return false;
            }
            parts.meters().askedElsewhere(destination.arm().label(), declined);
            ArmRecord told = arm;
            if (told != null && declined) {
                told.untold();
            } else if (told != null) {
                told.failed(failure, true);
            }
            deadline.met();
            destination = others.remove();
            askedAt = System.nanoTime();
            next = request();
            next.body(destination.content());
            request = next;
        }
        var unused = asked.abort(new EofException("another upstream is asked"));
        sendUnlessEnded(next);
        return true;
    }

    /**
     * Queues the call again where it waited for a connection and a connection could not be made in time. The client fails all calls
     * that wait then, even one that came a moment ago, while connections that are in use may be free soon: each call waits its own
     * time. Nothing of it was sent yet.
     */
    private boolean queueAgain(Throwable failure) {
        long waited = System.nanoTime() - askedAt;
        if (connected
                || !(failure instanceof TimeoutException || failure instanceof SocketTimeoutException)
                || waited >= parts.config().connectTimeout().toNanos()
                || phase.get() != Phase.WAITING) {
            return false;
        }
        Request.Content body = request.getBody();
        Request again = request();
        if (body != null) {
            again.body(destination.body() == null ? body : destination.content());
        }
        request = again;
        var unused = parts.scheduler()
                .schedule(() -> sendUnlessEnded(again), QUEUES_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS);
        return true;
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
        sendUnlessEnded(again);
        return true;
    }

    private void sendUnlessEnded(Request further) {
        send(further);
        if (phase.get() == Phase.ENDED || further != request) {
            // Whoever ended the call in between may have ended the request before alone.
            var unused = further.abort(new EofException("the call has ended"));
        }
    }

    /** Whether it asks for something, without a body, and changes nothing. */
    private boolean isSafe() {
        return request.getBody() == null && SAFE.contains(call.getMethod());
    }

    void callerGone(Throwable cause) {
        end(CallEnd.CALLER_GONE, cause, null);
    }

    void upstreamFailed(Throwable cause) {
        ProxyError error = UpstreamErrors.of(destination.upstream(), cause, parts.config());
        end(error.status() == UpstreamErrors.TOO_LATE ? CallEnd.DEADLINE : CallEnd.UPSTREAM_FAILED, cause, error);
    }

    private void late(Deadline.Wait wait) {
        if (askNext(request, false, ArmRecord.TIMEOUT)) {
            return;
        }
        ProxyError error = UpstreamErrors.late(destination.upstream(), wait, parts.config());
        end(CallEnd.DEADLINE, new TimeoutException(error.message()), error);
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
        if (request.getBody() instanceof CallerBody body) {
            body.discardUnread(cause != null ? cause : new EofException("the call has ended"));
        }
        record.ended(destination, how);
        ArmRecord told = arm;
        if (told != null) {
            told.ended(how, record.status(), cause);
        }
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
