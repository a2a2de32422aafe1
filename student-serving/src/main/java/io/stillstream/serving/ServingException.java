package io.stillstream.serving;

/** The server cannot start, or cannot serve a snapshot: the message says what was found and what was expected. */
public final class ServingException extends RuntimeException {

    public ServingException(String message) {
        super(message);
    }

    public ServingException(String message, Throwable cause) {
        super(message, cause);
    }
}
