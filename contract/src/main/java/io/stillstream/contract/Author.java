package io.stillstream.contract;

/** Who wrote a response. */
public enum Author {
    /** The teacher generated it, because the prompt had none. */
    TEACHER,
    /** It came with the prompt. */
    PRODUCTION
}
