package io.stillstream.producer.parsing.field;

import io.stillstream.contract.rejection.RejectionCode;

/** A line cannot be used as it is. Never leaves the parser, where it becomes a rejection. */
public final class InvalidFieldException extends RuntimeException {

    private final RejectionCode code;

    public InvalidFieldException(RejectionCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public InvalidFieldException(String message) {
        this(RejectionCode.INVALID_PROMPT, message);
    }

    public RejectionCode code() {
        return code;
    }
}
