package io.stillstream.huggingface;

import io.stillstream.contract.text.OneLine;

/** A model directory cannot be read or written: the message says on one line what was found and what was expected. */
public final class HuggingFaceException extends RuntimeException {

    public HuggingFaceException(String message) {
        super(OneLine.of(message));
    }

    public HuggingFaceException(String message, Throwable cause) {
        super(OneLine.of(message), cause);
    }
}
