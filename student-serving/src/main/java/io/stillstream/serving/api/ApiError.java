package io.stillstream.serving.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.text.Printable;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.NotFiniteException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not answered, as OpenAI's API says it.
 *
 * @param status of HTTP
 * @param param the parameter that is wrong, as {@code messages[0].role}; null where it is none
 * @param code what programs tell it by
 * @param message for people; holds nothing of a prompt
 */
public record ApiError(int status, @Nullable String param, String code, String message) {

    private static final String INVALID = "invalid_request_error";
    private static final String OWN = "server_error";
    private static final String NOT_FINITE = ServedOutcome.NOT_FINITE_CODE;

    public static ApiError invalid(@Nullable String param, String code, String message) {
        return new ApiError(400, param, code, message);
    }

    public static ApiError wrongType(String param, String found, String expected) {
        return invalid(param, "invalid_type", "'" + param + "' is " + found + "; expected " + expected + ".");
    }

    public static ApiError wrongValue(String param, String found, String expected) {
        return invalid(param, "invalid_value", "'" + param + "' is " + found + "; expected " + expected + ".");
    }

    public static ApiError missing(String param, String expected) {
        return invalid(param, "missing_required_parameter", "'" + param + "' is missing; expected " + expected + ".");
    }

    public static ApiError unknown(String param) {
        return invalid(param, "unknown_parameter", "'" + param + "' is no parameter of this API.");
    }

    /** @param accepted what may be sent */
    public static ApiError unsupported(String param, String accepted) {
        return invalid(
                param,
                "unsupported_parameter",
                "'" + param + "' is not supported by this server; leave it out"
                        + (accepted.isEmpty() ? "." : ", or send " + accepted + "."));
    }

    public static ApiError modelNotFound(String model, String served) {
        return new ApiError(
                404,
                "model",
                "model_not_found",
                "The model '" + Printable.line(model) + "' is not served here; expected one of " + served + ".");
    }

    /** As many requests wait as may, or as long as they may. */
    public static ApiError overloaded(String message) {
        return new ApiError(429, null, "queue_full", message);
    }

    /** The model gave no answer. */
    public static ApiError ofModel(StudentException e) {
        String code = e instanceof NotFiniteException ? NOT_FINITE : "model_error";
        return new ApiError(500, null, code, "The model failed: " + e.getMessage() + ".");
    }

    /** Whether its model's numbers are not finite, which no other try mends. */
    public boolean isNotFinite() {
        return code.equals(NOT_FINITE);
    }

    /** Whether it is the caller's to mend. */
    private boolean isOfCaller() {
        return status < 500;
    }

    public byte[] json() {
        ObjectNode error = JsonNodeFactory.instance
                .objectNode()
                .put("message", message)
                .put("type", status == 429 ? "rate_limit_error" : isOfCaller() ? INVALID : OWN)
                .put("param", param)
                .put("code", code);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("error", error);
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
