package io.stillstream.producer;

/** A line's field is of the wrong type; never leaves this package, where it becomes a rejection. */
final class InvalidFieldException extends RuntimeException {

    InvalidFieldException(String message) {
        super(message, null, false, false);
    }
}
