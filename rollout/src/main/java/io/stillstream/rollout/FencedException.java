package io.stillstream.rollout;

/** Another controller has taken over: this one must not decide anything more, and stops. */
public final class FencedException extends RolloutException {

    private static final long serialVersionUID = 1L;

    /** @param topic of which there is one controller */
    public FencedException(String topic) {
        super("another controller of " + topic + " has been started since; this one stops. One is enough");
    }
}
