package io.stillstream.producer.parsing;

/** A field of a line has the wrong type. Never leaves this package, where it becomes a rejection. */
final class InvalidFieldException extends RuntimeException {

    InvalidFieldException(String message) {
        super(message, null, false, false);
    }
}
