package io.stillstream.evaluation;

/** An evaluation or a bake-off cannot go on: the message says what was found and what was expected. */
public final class EvaluationException extends RuntimeException {

    public EvaluationException(String message) {
        super(message);
    }

    public EvaluationException(String message, Throwable cause) {
        super(message, cause);
    }
}
