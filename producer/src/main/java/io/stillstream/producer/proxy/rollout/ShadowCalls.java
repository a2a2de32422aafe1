package io.stillstream.producer.proxy.rollout;

import io.stillstream.http.ByteBudget;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.outcome.OutcomeSink;
import io.stillstream.producer.proxy.config.RolloutRouting;
import io.stillstream.producer.proxy.upstream.CallerToken;
import io.stillstream.producer.proxy.upstream.ForwardedHeaders;
import io.stillstream.producer.proxy.upstream.Upstream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Copies of calls to a candidate whose answers nobody sees. There are never more at once than the configuration says, nor any while
 * the proxy has many calls of its own open; and nobody waits for one.
 */
public final class ShadowCalls {

    /** A copy's answer that has not ended by then says nothing: an answer without end would keep its place for ever. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final RolloutRouting config;
    private final Duration idleTimeout;
    private final ProxyMeters meters;
    private final ByteBudget budget;
    private final OutcomeSink outcomes;
    private final CallerToken token;
    private final AtomicInteger open = new AtomicInteger();

    /** @param idleTimeout how long an answer that has begun may pause */
    public ShadowCalls(
            RolloutRouting config,
            Duration idleTimeout,
            ProxyMeters meters,
            ByteBudget budget,
            OutcomeSink outcomes,
            CallerToken token) {
        this.config = config;
        this.idleTimeout = idleTimeout;
        this.meters = meters;
        this.budget = budget;
        this.outcomes = outcomes;
        this.token = token;
    }

    /** Sends a copy, or drops and counts it. */
    public void offer(HttpFields headers, Destination candidate) {
        byte[] body = candidate.body();
        CalledConversation conversation = candidate.conversation();
        if (body == null || conversation == null) {
            return;
        }
        if (meters.open() > config.shadowUpTo() || !reserve(body.length)) {
            meters.shadow(ProxyMeters.Shadow.DROPPED);
            return;
        }
        var record = new ArmRecord(outcomes, candidate, conversation, true);
        Upstream upstream = candidate.upstream();
        Request request = upstream.client()
                .newRequest(upstream.origin())
                .method("POST")
                .path(candidate.pathAndQuery())
                // In place of the connection's, which is that of one that nobody uses.
                .idleTimeout(idleTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .timeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .headers(fields -> {
                    fields.clear();
                    ForwardedHeaders.toUpstream(headers, fields, upstream, token, true);
                    fields.put(HttpHeader.CONTENT_LENGTH, body.length);
                })
                .body(candidate.content());
        Runnable tooLate = () -> {
            var unused = request.abort(new TimeoutException("it did not begin its answer in time"));
        };
        Scheduler.Task late = upstream.client()
                .getScheduler()
                .schedule(tooLate, config.firstByteTimeout().toMillis(), TimeUnit.MILLISECONDS);
        var copy = new Copy(record, late);
        request.onResponseContent(copy::piece);
        request.send(result -> {
            release(body.length);
            copy.ended(result);
        });
    }

    private boolean reserve(int bytes) {
        if (open.incrementAndGet() > config.shadowCalls()) {
            open.decrementAndGet();
            return false;
        }
        if (!budget.reserve(bytes)) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    private void release(int bytes) {
        open.decrementAndGet();
        budget.release(bytes);
    }

    /** One that is under way. */
    private final class Copy {

        private final ArmRecord record;
        private final Scheduler.Task late;
        private final long began = System.nanoTime();

        /** @param late what ends it where it does not begin its answer */
        Copy(ArmRecord record, Scheduler.Task late) {
            this.record = record;
            this.late = late;
        }

        void piece(Response from, ByteBuffer piece) {
            late.cancel();
            record.piece(piece);
        }

        void ended(Result result) {
            late.cancel();
            Throwable failure = result.getFailure();
            int status = result.getResponse() == null ? 0 : result.getResponse().getStatus();
            if (failure != null && System.nanoTime() - began >= LONGEST.toNanos()) {
                record.untold();
                meters.shadow(ProxyMeters.Shadow.DROPPED);
            } else if (failure != null) {
                record.failed(ArmRecord.code(failure), false);
                meters.shadow(ProxyMeters.Shadow.FAILED);
            } else if (ArmRecord.mayAnswer(result.getResponse()) && record.hasBegun()) {
                record.answered(status);
                meters.shadow(ProxyMeters.Shadow.ANSWERED);
            } else if (ArmRecord.isDeclined(status)) {
                record.untold();
                meters.shadow(ProxyMeters.Shadow.DECLINED);
            } else {
                record.failed(ArmRecord.code(result.getResponse()), false);
                meters.shadow(ProxyMeters.Shadow.FAILED);
            }
        }
    }
}
