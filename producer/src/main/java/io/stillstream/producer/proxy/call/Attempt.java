package io.stillstream.producer.proxy.call;

import io.stillstream.producer.proxy.rollout.ArmRecord;
import io.stillstream.producer.proxy.rollout.Destination;
import io.stillstream.producer.proxy.upstream.Deadline;
import io.stillstream.producer.proxy.upstream.ForwardedHeaders;
import io.stillstream.producer.proxy.upstream.Upstream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** A call as it is sent to one destination, once. How long that may take, it tells the call's deadline. */
final class Attempt {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final ProxiedCall call;
    private final ProxyParts parts;
    private final Deadline deadline;
    private final Destination there;
    /** What is told of the destination; null where the rollout has no part in the call. */
    private final @Nullable ArmRecord arm;
    /** When the destination was asked first, in {@link System#nanoTime}. */
    private final long askedAt;

    private final Request request;
    /** Whether there was a connection to send it on. */
    private volatile boolean connected;

    /** The first one at that destination. */
    Attempt(ProxiedCall call, ProxyParts parts, Deadline deadline, Destination there) {
        this(call, parts, deadline, there, ArmRecord.of(parts.outcomes(), there), System.nanoTime());
    }

    private Attempt(
            ProxiedCall call,
            ProxyParts parts,
            Deadline deadline,
            Destination there,
            @Nullable ArmRecord arm,
            long askedAt) {
        this.call = call;
        this.parts = parts;
        this.deadline = deadline;
        this.there = there;
        this.arm = arm;
        this.askedAt = askedAt;
        request = request();
    }

    /** A further one at the same destination, with the same body. */
    Attempt again() {
        Attempt again = new Attempt(call, parts, deadline, there, arm, askedAt);
        Request.Content body = request.getBody();
        if (body != null) {
            again.request.body(there.body() == null ? body : there.content());
        }
        return again;
    }

    Destination destination() {
        return there;
    }

    @Nullable
    ArmRecord arm() {
        return arm;
    }

    Request.@Nullable Content body() {
        return request.getBody();
    }

    private Request request() {
        Upstream upstream = there.upstream();
        Request to = upstream.client()
                .newRequest(upstream.origin())
                .method(call.method())
                // In place of the connection's: the deadlines say how long what may take.
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .path(there.pathAndQuery())
                .headers(headers -> {
                    headers.clear();
                    ForwardedHeaders.toUpstream(call.headers(), headers, upstream, parts.token(), there.isStudent());
                    byte[] body = there.body();
                    if (body != null) {
                        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
                    }
                });
        to.onRequestBegin(sending -> {
            connected = true;
            call.connected();
            if (!there.isStudent()) {
                await(
                        Deadline.Wait.FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST,
                        parts.config().idleTimeout());
            }
        });
        to.onRequestCommit(sent -> call.requestBegun());
        to.onRequestSuccess(sent -> {
            if (call.awaits(this) && !there.isStudent()) {
                await(Deadline.Wait.FOR_THE_FIRST_BYTE, parts.config().firstByteTimeout());
            }
        });
        to.onResponseContentSource((from, body) -> call.answer(this, from, body));
        return to;
    }

    /** @param body null where there is none, and where it has one already */
    void send(Request.@Nullable Content body) {
        if (body != null) {
            request.body(body);
        }
        if (there.isStudent()) {
            // All of it, a wait for a connection too: there is another who can answer.
            await(Deadline.Wait.FOR_THE_FIRST_BYTE, parts.config().rollout().firstByteTimeout());
        }
        request.send(result -> call.complete(this, result));
    }

    private void await(Deadline.Wait wait, Duration longest) {
        deadline.begin(wait, longest);
    }

    /** Nothing where it has ended. */
    void abort(Throwable cause) {
        var unused = request.abort(cause);
    }

    /**
     * Whether it failed because a connection could not be made in time, while its own time is not over: the client fails all calls
     * that wait for one then, even one that came a moment ago, and connections that are in use may be free soon. Nothing of it was
     * sent.
     */
    boolean mayQueueAgain(Throwable failure) {
        return !connected
                && (failure instanceof TimeoutException || failure instanceof SocketTimeoutException)
                && System.nanoTime() - askedAt < parts.config().connectTimeout().toNanos();
    }

    /**
     * Whether it may be sent a second time where its connection ended without an answer, as one does that the upstream was about to
     * close: it asks for something, without a body, and changes nothing. Of anything else the upstream may have done what was asked.
     */
    boolean mayBeRepeated() {
        return connected && request.getBody() == null && SAFE.contains(call.method());
    }
}
