package io.stillstream.http;

/** A server could not listen: the message says in one line what was wrong and what to do. */
public final class HttpServerException extends RuntimeException {

    HttpServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
