package io.stillstream.producer.proxy.call;

import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.proxy.body.CallerBody;
import io.stillstream.producer.proxy.body.ModelScan;
import io.stillstream.producer.proxy.rollout.Destination;
import io.stillstream.producer.proxy.rollout.RolloutRoutes;
import io.stillstream.producer.proxy.rollout.RoutedCall;
import io.stillstream.producer.proxy.upstream.ProxyError;
import io.stillstream.producer.proxy.upstream.Upstream;
import io.stillstream.producer.proxy.upstream.Upstreams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a body as much as it takes to see where it goes, and sends it there: up to its model where several upstreams serve its
 * path, and all of it where the rollout may send it to a student.
 */
public final class UpstreamChoice implements Runnable {

    private static final String NO_UPSTREAM = "none";

    private final ProxyParts parts;
    private final List<Upstream> candidates;
    private final CallRecord record;
    private final Request call;
    private final Response answer;
    private final Callback callback;
    private final ModelScan scan;
    /** Null where no student is asked. */
    private final @Nullable RolloutRoutes rollout;

    private boolean modelKnown;
    private long length;
    private final List<Content.Chunk> read = new ArrayList<>();

    public UpstreamChoice(
            ProxyParts parts,
            List<Upstream> candidates,
            CallRecord record,
            Request call,
            Response answer,
            @Nullable RolloutRoutes rollout,
            Callback callback) {
        this.parts = parts;
        this.rollout = rollout;
        this.candidates = candidates;
        this.record = record;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
        scan = new ModelScan(parts.config().modelScanBytes());
    }

    /** Goes on reading; to be called when there may be more. */
    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = call.read();
            if (chunk == null) {
                call.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                release();
                record.ended(NO_UPSTREAM, CallEnd.CALLER_GONE);
                callback.failed(chunk.getFailure());
                return;
            }
            read.add(chunk);
            length += chunk.remaining();
            modelKnown = modelKnown || candidates.size() == 1 || !scan.reads(chunk.getByteBuffer());
            boolean whole = rollout == null || length > rollout.maxBodyBytes();
            if (chunk.isLast() || (modelKnown && whole)) {
                send(chunk.isLast());
                return;
            }
        }
    }

    private void send(boolean whole) {
        Optional<String> model = scan.model();
        Optional<Upstream> chosen = candidates.size() == 1
                ? Optional.of(candidates.get(0))
                : model.map(name -> Upstreams.serving(candidates, name))
                        .orElseGet(() -> Upstreams.servingAll(candidates));
        if (chosen.isEmpty()) {
            release();
            record.refused();
            ProxyError.modelNotFound(model.orElse(null)).refuse(call, answer, callback);
            return;
        }
        record.upstreamKnown();
        RoutedCall routed = whole ? routed(chosen.get()) : null;
        if (routed != null && routed.destinations().size() > 1) {
            // Of what was read, the destinations have a copy.
            read.forEach(chunk -> record.requestBytes(chunk.getByteBuffer()));
            release();
            new ProxiedCall(parts, routed.destinations(), record, call, answer, callback).sendCopies();
            shadow(routed);
            return;
        }
        var production = Destination.production(
                chosen.get(),
                call.getHttpURI().getPathQuery(),
                routed == null ? null : routed.production().conversation());
        var proxied = new ProxiedCall(parts, List.of(production), record, call, answer, callback);
        var body = new CallerBody(call, call.getLength(), proxied::passed);
        read.forEach(body::addAhead);
        proxied.send(body);
        if (routed != null) {
            shadow(routed);
        }
    }

    /** After the call itself is on its way. */
    private void shadow(RoutedCall routed) {
        Destination candidate = routed.shadow();
        if (candidate != null) {
            parts.shadow().offer(call.getHeaders(), candidate);
        }
    }

    /** Where the rollout sends it; null where it has no part in it. */
    private @Nullable RoutedCall routed(Upstream production) {
        if (rollout == null
                || length > rollout.maxBodyBytes()
                || call.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
            return null;
        }
        var bytes = ByteBuffer.allocate((int) length);
        read.forEach(chunk -> bytes.put(chunk.getByteBuffer().slice()));
        return rollout.of(
                parts.copied(call.getHeaders()),
                parts.token().credential(call.getHeaders()),
                bytes.array(),
                production,
                call.getHttpURI().getPathQuery());
    }

    private void release() {
        read.forEach(Content.Chunk::release);
        read.clear();
    }
}
