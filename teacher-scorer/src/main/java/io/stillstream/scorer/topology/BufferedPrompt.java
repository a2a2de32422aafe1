package io.stillstream.scorer.topology;

import io.stillstream.contract.Prompt;
import io.stillstream.scorer.Admission;

/** A prompt in the buffer, decoded and tokenized, and the record that it came in. */
public record BufferedPrompt(SourceRecord source, Prompt prompt, Admission.Admitted admitted) {

    long offset() {
        return source.offset();
    }

    /** The positions it takes at most. */
    public int tokens() {
        return admitted.tokens();
    }
}
