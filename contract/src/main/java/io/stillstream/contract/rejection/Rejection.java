package io.stillstream.contract.rejection;

import io.stillstream.contract.text.OneLine;

/**
 * Why a record cannot be used.
 *
 * @param code what it is counted as; travels in the headers of a dead letter
 * @param detail a sentence for people, on {@link OneLine one line}, that names what was seen and what was expected; never the
 *     text of a prompt
 */
public record Rejection(RejectionCode code, String detail) {

    public Rejection {
        detail = OneLine.of(detail);
    }
}
