package io.stillstream.scorer;

/** The scorer cannot start or cannot continue: the message says what was found and what to do. */
public final class ScorerException extends RuntimeException {

    public ScorerException(String message) {
        super(message);
    }

    public ScorerException(String message, Throwable cause) {
        super(message, cause);
    }
}
