package io.stillstream.producer.proxy;

import io.stillstream.producer.proxy.upstream.ProxyError;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what Jetty refuses by itself, as a request that is no HTTP, in the shape of the other errors. */
final class BadRequests extends ErrorHandler {

    @Override
    public boolean handle(Request call, Response answer, Callback callback) {
        int status = answer.getStatus();
        Object reason = call.getAttribute(ERROR_MESSAGE);
        // What failed in here is for the log, and not for a caller.
        boolean own = status == HttpStatus.INTERNAL_SERVER_ERROR_500;
        String message = HttpStatus.getMessage(status) + (reason instanceof String text && !own ? ": " + text : "");
        new ProxyError(status, own ? "proxy_failed" : "bad_request", message + ".").send(answer, callback);
        return true;
    }
}
