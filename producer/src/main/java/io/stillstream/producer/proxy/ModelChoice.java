package io.stillstream.producer.proxy;

import io.stillstream.producer.capture.CallEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads of a body as much as it takes to see which model it is for, and sends it to the upstream that serves that. Ends as soon
 * as the model is known, whatever follows.
 */
final class ModelChoice implements Runnable {

    private static final String NO_UPSTREAM = "none";

    private final ProxyParts parts;
    private final List<Upstream> candidates;
    private final CallRecord record;
    private final Request call;
    private final Response answer;
    private final Callback callback;
    private final ModelScan scan;
    private final List<Content.Chunk> read = new ArrayList<>();

    ModelChoice(
            ProxyParts parts,
            List<Upstream> candidates,
            CallRecord record,
            Request call,
            Response answer,
            Callback callback) {
        this.parts = parts;
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
            if (!scan.reads(chunk.getByteBuffer()) || chunk.isLast()) {
                send();
                return;
            }
        }
    }

    private void send() {
        Optional<String> model = scan.model();
        Optional<Upstream> chosen = model.map(name -> Upstreams.serving(candidates, name))
                .orElseGet(() -> Upstreams.servingAll(candidates));
        if (chosen.isEmpty()) {
            release();
            record.refused();
            ProxyError.modelNotFound(model.orElse(null)).send(answer, callback);
            return;
        }
        record.upstreamKnown();
        var proxied = new ProxiedCall(parts, chosen.get(), record, call, answer, callback);
        var body = new CallerBody(call, call.getLength(), proxied::passed);
        read.forEach(body::addAhead);
        proxied.send(body);
    }

    private void release() {
        read.forEach(Content.Chunk::release);
        read.clear();
    }
}
