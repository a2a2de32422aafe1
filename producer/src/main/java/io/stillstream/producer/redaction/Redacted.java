package io.stillstream.producer.redaction;

import io.stillstream.contract.prompt.Prompt;

/** What became of a prompt at the gate. */
public sealed interface Redacted {

    /** @param prompt with placeholders where something private was; the same object where there was nothing */
    record Clean(Prompt prompt) implements Redacted {}

    /**
     * Nothing of the prompt may be written.
     *
     * @param reason a sentence that quotes nothing of the prompt
     */
    record Dropped(String reason) implements Redacted {}
}
