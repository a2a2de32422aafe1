package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScoringRequest;

/** A prompt in the buffer, decoded and tokenized, and the record that it came in. */
public record BufferedPrompt(SourceRecord source, Prompt prompt, Admission.Admitted admitted) {

    /** Its id, where it ends, and a share of what the tokenizer left. */
    private static final int NUMBERS_OF_A_TOKEN = 3;

    public long offset() {
        return source.offset();
    }

    /**
     * The memory that it takes, about: the record here and in the store, the prompt as it was decoded and as it is worded, and
     * the tokens.
     */
    public long bytes() {
        ScoringRequest request = admitted.request();
        String response = request.response();
        long worded = request.prompt().length() + (response == null ? 0L : response.length());
        return 2L * source.size()
                + Character.BYTES * (source.size() + worded)
                + NUMBERS_OF_A_TOKEN * Integer.BYTES * (long) admitted.tokens();
    }

    /** The positions it takes at most. */
    public int tokens() {
        return admitted.tokens();
    }
}
