package io.stillstream.trainer;

/** Another trainer has taken over: this one must not publish or write anything more, and stops. */
public final class FencedException extends TrainerException {

    private static final long serialVersionUID = 1L;

    public FencedException(String message) {
        super(message);
    }

    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
