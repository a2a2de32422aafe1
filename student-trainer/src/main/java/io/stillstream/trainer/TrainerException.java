package io.stillstream.trainer;

/** The student-trainer cannot go on: the message says what was found and what was expected. */
public class TrainerException extends RuntimeException {

    public TrainerException(String message) {
        super(message);
    }

    public TrainerException(String message, Throwable cause) {
        super(message, cause);
    }
}
