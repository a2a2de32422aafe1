package io.stillstream.rollout;

/** What stops the rollout, or one of its parts, in one line that a user can act on. */
public class RolloutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RolloutException(String message) {
        super(message);
    }

    public RolloutException(String message, Throwable cause) {
        super(message, cause);
    }
}
