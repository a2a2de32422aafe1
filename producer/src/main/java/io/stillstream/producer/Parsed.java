package io.stillstream.producer;

import io.stillstream.contract.DeadLetterReason;
import io.stillstream.contract.Prompt;

/** What a line turned out to be. */
sealed interface Parsed {

    record Accepted(Prompt prompt) implements Parsed {}

    /** @param sentence for people, and no longer than a header should be */
    record Rejected(DeadLetterReason reason, String sentence) implements Parsed {}
}
