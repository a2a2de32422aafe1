package io.stillstream.contract.rejection;

import io.stillstream.contract.text.OneLine;
import org.jspecify.annotations.Nullable;

/**
 * A record that is not what this contract says: the message names, on {@link OneLine one line}, what was found and what was
 * expected.
 */
public final class ContractException extends RuntimeException {

    private final @Nullable RejectionCode code;

    public ContractException(String message) {
        super(OneLine.of(message));
        code = null;
    }

    public ContractException(String message, Throwable cause) {
        super(OneLine.of(message), cause);
        code = null;
    }

    /** @param code what such a record is rejected as, whoever reads it */
    public ContractException(RejectionCode code, String message) {
        super(OneLine.of(message));
        this.code = code;
    }

    /** @param code what such a record is rejected as, whoever reads it */
    public ContractException(RejectionCode code, String message, Throwable cause) {
        super(OneLine.of(message), cause);
        this.code = code;
    }

    /** What such a record is rejected as; {@code otherwise} where that depends on the reader. */
    public RejectionCode code(RejectionCode otherwise) {
        return code == null ? otherwise : code;
    }
}
