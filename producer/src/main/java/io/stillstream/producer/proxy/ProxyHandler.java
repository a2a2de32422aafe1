package io.stillstream.producer.proxy;

import io.stillstream.producer.proxy.body.CallerBody;
import io.stillstream.producer.proxy.call.CallRecord;
import io.stillstream.producer.proxy.call.FeedbackRoute;
import io.stillstream.producer.proxy.call.ProxiedCall;
import io.stillstream.producer.proxy.call.ProxyParts;
import io.stillstream.producer.proxy.call.UpstreamChoice;
import io.stillstream.producer.proxy.rollout.Destination;
import io.stillstream.producer.proxy.rollout.RolloutRoutes;
import io.stillstream.producer.proxy.upstream.ProxyError;
import io.stillstream.producer.proxy.upstream.Upstream;
import io.stillstream.producer.proxy.upstream.Upstreams;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Finds each call's upstream, and sends it there. Waits for nothing. */
final class ProxyHandler extends Handler.Abstract.NonBlocking {

    private final ProxyParts parts;

    ProxyHandler(ProxyParts parts) {
        this.parts = parts;
    }

    @Override
    public boolean handle(Request call, Response answer, Callback callback) {
        if (!parts.token().admits(call.getHeaders())) {
            refuse(ProxyError.unauthorized(), call, answer, callback);
        } else if (HttpMethod.CONNECT.is(call.getMethod())) {
            refuse(ProxyError.methodNotAllowed(call.getMethod()), call, answer, callback);
        } else if (!isEncoded(call.getHttpURI().getPathQuery())) {
            refuse(ProxyError.badTarget(), call, answer, callback);
        } else if (FeedbackRoute.isFor(call)) {
            new FeedbackRoute(parts, call, answer, callback).take();
        } else {
            pass(call, answer, callback);
        }
        return true;
    }

    private void pass(Request call, Response answer, Callback callback) {
        String path = path(call);
        List<Upstream> candidates = parts.upstreams().of(path);
        if (candidates.isEmpty()) {
            refuse(ProxyError.pathNotServed(path), call, answer, callback);
            return;
        }
        var record = new CallRecord(call, path, parts);
        boolean hasBody = call.getLength() > 0 || call.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        RolloutRoutes rollout = parts.rollout();
        boolean rolledOut = hasBody && rollout != null && rollout.concern(call.getMethod(), path);
        if (rolledOut || (hasBody && candidates.size() > 1)) {
            new UpstreamChoice(parts, candidates, record, call, answer, rolledOut ? rollout : null, callback).run();
        } else if (candidates.size() == 1) {
            send(candidates.get(0), record, hasBody, call, answer, callback);
        } else {
            send(Upstreams.servingAll(candidates).orElse(candidates.get(0)), record, false, call, answer, callback);
        }
    }

    private void send(
            Upstream upstream, CallRecord record, boolean hasBody, Request call, Response answer, Callback callback) {
        var production = Destination.production(upstream, call.getHttpURI().getPathQuery(), null);
        var proxied = new ProxiedCall(parts, List.of(production), record, call, answer, callback);
        proxied.send(hasBody ? new CallerBody(call, call.getLength(), proxied::passed) : null);
    }

    private void refuse(ProxyError error, Request call, Response answer, Callback callback) {
        parts.meters().refused();
        error.refuse(call, answer, callback);
    }

    /** Whether each percent sign begins an encoded byte. */
    private static boolean isEncoded(String target) {
        for (int at = target.indexOf('%'); at >= 0; at = target.indexOf('%', at + 1)) {
            if (at + 2 >= target.length()
                    || Character.digit(target.charAt(at + 1), 16) < 0
                    || Character.digit(target.charAt(at + 2), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String path(Request call) {
        return Optional.ofNullable(call.getHttpURI().getPath()).orElse("/");
    }
}
