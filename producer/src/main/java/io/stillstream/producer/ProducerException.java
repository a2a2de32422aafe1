package io.stillstream.producer;

/** The producer cannot go on: the message says in one line what was wrong and what to do. */
public final class ProducerException extends RuntimeException {

    public ProducerException(String message) {
        super(message);
    }

    public ProducerException(String message, Throwable cause) {
        super(message, cause);
    }
}
