package io.stillstream.trainer;

import io.stillstream.contract.text.OneLine;

/** The student-trainer cannot go on: the message says on one line what was found and what was expected. */
public class TrainerException extends RuntimeException {

    public TrainerException(String message) {
        super(OneLine.of(message));
    }

    public TrainerException(String message, Throwable cause) {
        super(OneLine.of(message), cause);
    }
}
