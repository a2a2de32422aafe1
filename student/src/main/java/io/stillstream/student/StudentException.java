package io.stillstream.student;

/** A student cannot be written, loaded, saved or run: the message says what was found and what was expected. */
public class StudentException extends RuntimeException {

    public StudentException(String message) {
        super(message);
    }

    public StudentException(String message, Throwable cause) {
        super(message, cause);
    }
}
