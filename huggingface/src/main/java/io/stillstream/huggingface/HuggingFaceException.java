package io.stillstream.huggingface;

/** A model directory cannot be read or written: the message says what was found and what was expected. */
public final class HuggingFaceException extends RuntimeException {

    public HuggingFaceException(String message) {
        super(message);
    }

    public HuggingFaceException(String message, Throwable cause) {
        super(message, cause);
    }
}
