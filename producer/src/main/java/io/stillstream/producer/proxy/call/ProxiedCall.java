package io.stillstream.producer.proxy.call;

import io.stillstream.http.CallerWatch;
import io.stillstream.http.UnreadBody;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.proxy.body.CallerBody;
import io.stillstream.producer.proxy.rollout.ArmRecord;
import io.stillstream.producer.proxy.rollout.Destination;
import io.stillstream.producer.proxy.upstream.Deadline;
import io.stillstream.producer.proxy.upstream.ForwardedHeaders;
import io.stillstream.producer.proxy.upstream.ProxyError;
import io.stillstream.producer.proxy.upstream.UpstreamErrors;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.HttpResponseException;
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
    /** The one that counts: what comes of one before it is passed over. */
    private volatile Attempt attempt;

    private boolean sentAgain;
    /** Whether all of the caller's body was read. */
    private volatile boolean bodyRead = true;

    public ProxiedCall(
            ProxyParts parts,
            List<Destination> destinations,
            CallRecord record,
            org.eclipse.jetty.server.Request call,
            Response answer,
            Callback callback) {
        this.parts = parts;
        others = new ArrayDeque<>(destinations);
        this.record = record;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
        watch = new CallerWatch(call, this::callerGone);
        deadline = new Deadline(parts.scheduler(), this::late);
        attempt = new Attempt(this, parts, deadline, others.remove());
    }

    /** @param body null where there is none */
    public void send(@Nullable CallerBody body) {
        listen();
        bodyRead = body == null;
        if (bodyRead) {
            watch.start();
        }
        record.handedOver();
        attempt.send(body);
    }

    /** Sends it with the body that its destinations have. */
    void sendCopies() {
        listen();
        watch.start();
        record.handedOver();
        attempt.send(attempt.destination().content());
    }

    private void listen() {
        // A caller that waits for an answer is silent, and so is one that waits for the upstream to take more of its
        // body.
        call.addIdleTimeoutListener(timeout -> false);
        call.addFailureListener(this::callerGone);
    }

    /** A piece of the body goes to the upstream. */
    public void passed(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            callerGone(chunk.getFailure());
            return;
        }
        record.requestBytes(chunk.getByteBuffer());
        deadline.begin(
                Deadline.Wait.FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
                parts.config().idleTimeout());
        if (chunk.isLast()) {
            bodyRead = true;
            watch.start();
        }
    }

    String method() {
        return call.getMethod();
    }

    HttpFields headers() {
        return call.getHeaders();
    }

    /** There is a connection to the upstream. */
    void connected() {
        record.connected();
    }

    /** The request's headers are on the wire. */
    void requestBegun() {
        record.requestBegun();
    }

    /** Whether nobody has answered, and it is that one who may. */
    boolean awaits(Attempt asked) {
        return asked == attempt && phase.get() == Phase.WAITING;
    }

    void answer(Attempt asked, org.eclipse.jetty.client.Response from, Content.Source body) {
        int status = from.getStatus();
        if (goesElsewhere(asked, from) && askNext(asked, ArmRecord.isDeclined(status), ArmRecord.code(from))) {
            // Afterwards: failing the body ends the exchange, which by itself says less of why.
            body.fail(new EofException("another upstream is asked"));
        } else if (status < HttpStatus.OK_200) {
            // No call asks for another protocol.
            upstreamFailed(new HttpResponseException("status " + status, from));
        } else if (asked.destination().isStudent()) {
            awaitPiece(asked, from, body);
        } else {
            begin(asked, from, body, null);
        }
    }

    /** A student's answer begins for its caller with its first bytes: until then another arm can give one. */
    private void awaitPiece(Attempt asked, org.eclipse.jetty.client.Response from, Content.Source body) {
        Content.Chunk first = body.read();
        if (first == null) {
            body.demand(Invocable.from(InvocationType.NON_BLOCKING, () -> awaitPiece(asked, from, body)));
        } else if (isEmpty(first) && askNext(asked, false, ArmRecord.code(from))) {
            first.release();
        } else if (!Content.Chunk.isFailure(first)) {
            begin(asked, from, body, first);
        } else if (!askNext(asked, false, ArmRecord.code(first.getFailure()))) {
            upstreamFailed(first.getFailure());
        }
    }

    private static boolean isEmpty(Content.Chunk first) {
        return !Content.Chunk.isFailure(first) && first.isLast() && !first.hasRemaining();
    }

    /** @param first piece of the body; null where none was read yet */
    private void begin(
            Attempt asked, org.eclipse.jetty.client.Response from, Content.Source body, Content.@Nullable Chunk first) {
        synchronized (this) {
            if (asked != attempt || !phase.compareAndSet(Phase.WAITING, Phase.ANSWERING)) {
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
        if (!bodyRead) {
            UnreadBody.closeAfter(answer);
        }
        if (HttpStatus.hasNoBody(from.getStatus()) && from.getStatus() != HttpStatus.NOT_MODIFIED_304) {
            // An upstream may give it all the same, and Jetty would wait for as many bytes.
            headers.remove(HttpHeader.CONTENT_LENGTH);
        }
        if (isOfUnknownLength(from)) {
            // Without it Jetty would end an answer on a connection that is to be closed by closing it, and one that
            // broke off would look whole.
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
        ArmRecord told = attempt.arm();
        if (told != null) {
            told.piece(piece);
        }
        if (last) {
            watch.stop();
        }
    }

    /** The answer's headers, and what came with them, are written. */
    void begun() {
        record.answerBegun(attempt.destination().upstream().name());
    }

    /** All of the answer is written. */
    void answered() {
        end(CallEnd.COMPLETE, null, null);
    }

    void complete(Attempt sent, Result result) {
        if (sent == attempt
                && result.isFailed()
                && !queueAgain(sent, result.getFailure())
                && !sendAgain(sent)
                && !askNext(sent, false, ArmRecord.code(result.getFailure()))) {
            upstreamFailed(result.getFailure());
        }
    }

    /** Whether production may be able to give a better answer, or a champion. */
    private static boolean goesElsewhere(Attempt asked, org.eclipse.jetty.client.Response from) {
        return asked.destination().isStudent() && !ArmRecord.mayAnswer(from);
    }

    /**
     * Asks the next destination while the caller has seen nothing.
     *
     * @param asked the request that failed
     * @param declined whether no other student would answer either
     * @param failure why it failed, as an outcome has it
     * @return whether there is nothing more to be done about this request
     */
    private boolean askNext(Attempt asked, boolean declined, String failure) {
        Attempt next;
        synchronized (this) {
            if (!awaits(asked)) {
                return asked != attempt;
            }
            while (declined && others.size() > 1) {
                others.remove();
            }
            if (others.isEmpty()) {
                return false;
            }
            parts.meters().askedElsewhere(asked.destination().arm().label(), declined);
            ArmRecord told = asked.arm();
            if (told != null && declined) {
                told.untold();
            } else if (told != null) {
                told.failed(failure, true);
            }
            deadline.met();
            next = new Attempt(this, parts, deadline, others.remove());
            attempt = next;
        }
        asked.abort(new EofException("another upstream is asked"));
        sendUnlessEnded(next, next.destination().content());
        return true;
    }

    /** Queues the call again, where it has not waited its time for a connection. */
    private boolean queueAgain(Attempt sent, Throwable failure) {
        if (!sent.mayQueueAgain(failure) || phase.get() != Phase.WAITING) {
            return false;
        }
        Attempt again = sent.again();
        attempt = again;
        var unused = parts.scheduler()
                .schedule(() -> sendUnlessEnded(again, null), QUEUES_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    /** Sends the call once more, where that can do no harm. */
    private boolean sendAgain(Attempt sent) {
        if (sentAgain || !sent.mayBeRepeated() || phase.get() != Phase.WAITING) {
            return false;
        }
        sentAgain = true;
        Attempt again = sent.again();
        attempt = again;
        sendUnlessEnded(again, null);
        return true;
    }

    private void sendUnlessEnded(Attempt further, Request.@Nullable Content body) {
        further.send(body);
        if (phase.get() == Phase.ENDED || further != attempt) {
            // Whoever ended the call in between may have ended the attempt before alone.
            further.abort(new EofException("the call has ended"));
        }
    }

    void callerGone(Throwable cause) {
        end(CallEnd.CALLER_GONE, cause, null);
    }

    void upstreamFailed(Throwable cause) {
        ProxyError error = UpstreamErrors.of(attempt.destination().upstream(), cause, parts.config());
        end(error.status() == UpstreamErrors.TOO_LATE ? CallEnd.DEADLINE : CallEnd.UPSTREAM_FAILED, cause, error);
    }

    private void late(Deadline.Wait wait) {
        Attempt asked = attempt;
        if (askNext(asked, false, ArmRecord.TIMEOUT)) {
            return;
        }
        ProxyError error = UpstreamErrors.late(asked.destination().upstream(), wait, parts.config());
        end(CallEnd.DEADLINE, new TimeoutException(error.message()), error);
    }

    private void end(CallEnd how, @Nullable Throwable cause, @Nullable ProxyError error) {
        Phase before = phase.getAndSet(Phase.ENDED);
        if (before == Phase.ENDED) {
            return;
        }
        watch.stop();
        deadline.destroy();
        Attempt last = attempt;
        if (cause != null) {
            last.abort(cause);
        }
        if (last.body() instanceof CallerBody body) {
            body.discardUnread(cause != null ? cause : new EofException("the call has ended"));
        }
        record.ended(last.destination(), how);
        ArmRecord told = last.arm();
        if (told != null) {
            told.ended(how, record.status(), cause);
        }
        if (cause == null) {
            callback.succeeded();
        } else if (error != null && before == Phase.WAITING) {
            if (!bodyRead) {
                UnreadBody.closeAfter(answer);
            }
            error.send(answer, callback);
        } else {
            // What is missing must be seen: the connection is closed before the answer's end.
            callback.failed(cause);
        }
    }
}
