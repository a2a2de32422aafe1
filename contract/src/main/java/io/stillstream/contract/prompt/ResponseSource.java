package io.stillstream.contract.prompt;

/** Who wrote a response. */
public enum ResponseSource {
    /** The teacher generated it, because the prompt had none. */
    TEACHER,
    /** It came with the prompt. */
    PRODUCTION,
    /** A student wrote it: a snapshot that is served, or the one in training. */
    STUDENT
}
