package io.stillstream.producer;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.RejectionCode;

/** What a line turned out to be. */
sealed interface Parsed {

    record Accepted(Prompt prompt) implements Parsed {}

    /** @param sentence for people, and no longer than a header should be */
    record Rejected(RejectionCode reason, String sentence) implements Parsed {}
}
