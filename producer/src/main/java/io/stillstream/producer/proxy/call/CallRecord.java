package io.stillstream.producer.proxy.call;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.proxy.body.BodyCopy;
import io.stillstream.producer.proxy.rollout.Destination;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** What is kept of a call while it passes: its times for the meters, and its bodies where it is captured. */
public final class CallRecord {

    private final ProxyMeters meters;
    private final CallSink sink;
    private final String path;
    private final HttpFields requestHeaders;
    private final Map<String, String> copiedHeaders;
    private final @Nullable String caller;
    private final @Nullable BodyCopy request;
    private final @Nullable BodyCopy response;
    private final Instant startedAt = Instant.now();
    private final long started;
    private long ready;
    private long sent;
    private long begun;
    private volatile long committed;
    private long answered;
    private volatile @Nullable Duration firstByte;
    private volatile int status;
    private volatile HttpFields responseHeaders = HttpFields.EMPTY;

    public CallRecord(Request call, String path, ProxyParts parts) {
        this.path = path;
        meters = parts.meters();
        sink = parts.sink();
        started = call.getHeadersNanoTime();
        ready = started;
        requestHeaders = call.getHeaders();
        copiedHeaders = parts.copied(call.getHeaders());
        boolean captured = call.getMethod().equals("POST") && sink.wants(path, copiedHeaders);
        caller = captured ? parts.token().credential(call.getHeaders()) : null;
        request = captured ? new BodyCopy(parts.budget(), parts.maxCopyBytes()) : null;
        response = captured ? new BodyCopy(parts.budget(), parts.maxCopyBytes()) : null;
        meters.opened();
    }

    void requestBytes(ByteBuffer bytes) {
        if (request != null) {
            request.add(bytes);
        }
    }

    void responseBytes(ByteBuffer bytes) {
        if (response != null) {
            response.add(bytes);
        }
    }

    /** The upstream was found, with as much of the body as that took. */
    void upstreamKnown() {
        ready = System.nanoTime();
    }

    /** The request was given to the upstream's client, which may connect first. */
    void handedOver() {
        sent = System.nanoTime();
    }

    /** There is a connection to the upstream. */
    void connected() {
        begun = System.nanoTime();
    }

    /** The request's headers are on the wire. */
    void requestBegun() {
        committed = System.nanoTime();
    }

    /** The answer's headers have come. */
    void answered(int answerStatus, HttpFields headers) {
        answered = System.nanoTime();
        firstByte = Duration.ofNanos(answered - started);
        status = answerStatus;
        responseHeaders = headers;
    }

    /** Of the answer; 0 where none came. */
    int status() {
        return status;
    }

    /** The answer's headers, and what came with them, are on the wire. */
    void answerBegun(String upstream) {
        long there = (sent - ready) + Math.max(0, committed - begun);
        Duration overhead = Duration.ofNanos(Math.max(0, there + System.nanoTime() - answered));
        meters.answered(upstream, overhead, Duration.ofNanos(answered - started));
    }

    /** No upstream serves the call. */
    void refused() {
        meters.closed();
        meters.refused();
        if (request != null && response != null) {
            request.close();
            response.close();
        }
    }

    /** Counts the call, and gives it to capture where that wants it. */
    void ended(Destination there, CallEnd end) {
        ended(there.upstream().name(), there.arm().label(), there.snapshot(), end);
    }

    /** The same of a call that was to go to production. */
    void ended(String upstream, CallEnd end) {
        ended(upstream, Arm.PRODUCTION.label(), null, end);
    }

    private void ended(String upstream, String arm, @Nullable String student, CallEnd end) {
        meters.closed(upstream, arm, outcome(end));
        if (request == null || response == null) {
            return;
        }
        try {
            sink.offer(new CapturedCall(
                    path,
                    upstream,
                    copiedHeaders,
                    caller,
                    request.taken(
                            requestHeaders.get(HttpHeader.CONTENT_TYPE),
                            requestHeaders.get(HttpHeader.CONTENT_ENCODING)),
                    response.taken(
                            responseHeaders.get(HttpHeader.CONTENT_TYPE),
                            responseHeaders.get(HttpHeader.CONTENT_ENCODING)),
                    status,
                    end,
                    startedAt,
                    firstByte,
                    Duration.ofNanos(System.nanoTime() - started),
                    student));
        } finally {
            request.close();
            response.close();
        }
    }

    private ProxyMeters.Outcome outcome(CallEnd end) {
        return switch (end) {
            case CALLER_GONE -> ProxyMeters.Outcome.CALLER_GONE;
            case UPSTREAM_FAILED -> ProxyMeters.Outcome.UPSTREAM_FAILED;
            case DEADLINE -> ProxyMeters.Outcome.DEADLINE;
            case COMPLETE -> status >= 500 ? ProxyMeters.Outcome.UPSTREAM_ERROR : ProxyMeters.Outcome.ANSWERED;
        };
    }
}
