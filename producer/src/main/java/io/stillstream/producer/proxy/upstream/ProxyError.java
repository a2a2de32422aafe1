package io.stillstream.producer.proxy.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.http.UnreadBody;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the proxy's own, shaped as OpenAI's errors are, so that clients raise it as one of theirs.
 *
 * @param code what programs tell it by
 */
public record ProxyError(int status, String code, String message) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What tells it from an upstream's error. */
    private static final String TYPE = "stillstream_proxy_error";

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String AUTHENTICATE = "Bearer";

    public static ProxyError unauthorized() {
        return new ProxyError(
                401,
                "invalid_token",
                "The proxy's token is missing or wrong. Send it as the API key or in " + CallerToken.HEADER + ".");
    }

    public static ProxyError modelNotFound(@Nullable String model) {
        return new ProxyError(
                404,
                "model_not_found",
                model == null
                        ? "The request names no model that the proxy could see, and no upstream serves all models."
                        : "No upstream of the proxy serves the model '" + model + "'.");
    }

    public static ProxyError pathNotServed(String path) {
        return new ProxyError(404, "path_not_served", "No upstream of the proxy serves the path '" + path + "'.");
    }

    public static ProxyError badTarget() {
        return new ProxyError(
                400, "bad_request", "The path or query has a percent sign without two hexadecimal digits after it.");
    }

    public static ProxyError methodNotAllowed(String method) {
        return new ProxyError(405, "method_not_allowed", "The proxy makes no connection by " + method + ".");
    }

    byte[] json() {
        ObjectNode error = JSON.createObjectNode()
                .put("message", message)
                .put("type", status >= 500 ? TYPE : INVALID_REQUEST)
                .putNull("param")
                .put("code", code);
        try {
            return JSON.writeValueAsBytes(JSON.createObjectNode().set("error", error));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with it a call whose body nobody reads. */
    public void refuse(Request call, Response response, Callback callback) {
        UnreadBody.discard(call, response, () -> send(response, callback));
    }

    /** Answers with it. */
    public void send(Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        if (status == 401) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, AUTHENTICATE);
        }
        response.write(true, ByteBuffer.wrap(json()), callback);
    }
}
