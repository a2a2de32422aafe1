package io.stillstream.student.inference;

import io.stillstream.student.StudentException;

/** A student's logits are NaN or infinite: no token can be chosen. */
public final class NotFiniteException extends StudentException {

    /** @param token the place in its answer of the token whose logits they are, counted from 0 */
    NotFiniteException(int token) {
        super("the student's logits are NaN or infinite at token " + (token + 1)
                + " of its answer: its weights hold such numbers, or its activations overflow");
    }
}
