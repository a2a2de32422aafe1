package io.stillstream.rollout;

/** Another controller has taken over: this one must not decide anything more, and stops. */
public final class FencedException extends RolloutException {

    private static final long serialVersionUID = 1L;

    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
