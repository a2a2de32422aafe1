package io.stillstream.producer.capture.body;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;

/** A body that cannot be read, and what the call is counted as therefore. */
public final class UnreadableBodyException extends Exception {

    private static final long serialVersionUID = 1;

    private final CaptureDrop drop;
    private final RejectionCode code;

    /** @param message a sentence that quotes nothing of the body */
    UnreadableBodyException(CaptureDrop drop, RejectionCode code, String message) {
        super(message);
        this.drop = drop;
        this.code = code;
    }

    public CaptureDrop drop() {
        return drop;
    }

    /** The same as a dead letter says it. */
    public Rejection rejection() {
        return new Rejection(code, String.valueOf(getMessage()));
    }
}
