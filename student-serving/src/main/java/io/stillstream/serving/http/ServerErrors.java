package io.stillstream.serving.http;

import io.stillstream.serving.api.ApiError;
import org.eclipse.jetty.http.HttpStatus;

/** What a server answers where it does not take a body. */
final class ServerErrors {

    private ServerErrors() {}

    static ApiError bodyTooLarge(int mostBytes) {
        return new ApiError(
                HttpStatus.PAYLOAD_TOO_LARGE_413,
                null,
                "body_too_large",
                "The body has more than " + mostBytes + " bytes.");
    }

    static ApiError tooManyBytes() {
        return new ApiError(
                HttpStatus.SERVICE_UNAVAILABLE_503,
                null,
                "overloaded",
                "Too many long requests are being read; try again in a moment.");
    }
}
