package io.stillstream.contract;

/** A record that is not what this contract says: the message names what was found and what was expected. */
public final class ContractException extends RuntimeException {

    public ContractException(String message) {
        super(message);
    }

    public ContractException(String message, Throwable cause) {
        super(message, cause);
    }
}
