package io.stillstream.trainer.examples;

import io.stillstream.contract.RejectionCode;

/** What became of a record on its way into the student's tokens. */
public sealed interface Preparation {

    /** @param cut whether the response reached beyond the student's context window and was cut there */
    record Ready(TokenizedTarget sequence, boolean cut) implements Preparation {}

    /** @param reason a sentence for people; no prompt text */
    record Refused(RejectionCode kind, String reason) implements Preparation {}
}
