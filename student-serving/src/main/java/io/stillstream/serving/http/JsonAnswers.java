package io.stillstream.serving.http;

import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.serving.api.ApiError;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Sends what is no stream; and what Jetty refuses by itself, as a request that is no HTTP, in the shape of the other errors. */
final class JsonAnswers extends ErrorHandler {

    static final String JSON = "application/json";

    /** In seconds: a slot is free again sooner or later, and clients wait longer each time. */
    private static final String RETRY_AFTER = "1";

    static void send(Response answer, int status, byte[] json, Callback callback) {
        answer.setStatus(status);
        answer.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
        answer.write(true, ByteBuffer.wrap(json), callback);
    }

    static void send(Response answer, ApiError error, Callback callback) {
        if (error.status() == HttpStatus.UNAUTHORIZED_401) {
            answer.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
        }
        if (error.status() == HttpStatus.TOO_MANY_REQUESTS_429
                || error.status() == HttpStatus.SERVICE_UNAVAILABLE_503) {
            answer.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER);
        }
        if (error.isNotFinite()) {
            answer.getHeaders().put(ServedOutcome.FAILURE_HEADER, ServedOutcome.NOT_FINITE);
        }
        send(answer, error.status(), error.json(), callback);
    }

    @Override
    public boolean handle(Request call, Response answer, Callback callback) {
        int status = answer.getStatus();
        Object reason = call.getAttribute(ERROR_MESSAGE);
        String message = HttpStatus.getMessage(status) + (reason instanceof String text ? ": " + text : "");
        send(answer, new ApiError(status, null, "bad_request", message + "."), callback);
        return true;
    }
}
