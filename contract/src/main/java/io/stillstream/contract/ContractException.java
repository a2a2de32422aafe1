package io.stillstream.contract;

/** Bytes or a file that break the contract: the message says what was found and what was expected. */
public final class ContractException extends RuntimeException {

    public ContractException(String message) {
        super(message);
    }

    public ContractException(String message, Throwable cause) {
        super(message, cause);
    }
}
