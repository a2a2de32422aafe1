package io.stillstream.scorer;

import io.stillstream.contract.RejectionCode;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;

/** Whether the teacher can score a request, known from its tokens alone, before anything runs. */
public sealed interface Admission {

    /**
     * A request that may be put into a batch.
     *
     * @param tokenized the request's tokens; no response tokens where the teacher is to write the response
     * @param tokens how many positions it takes at most, prompt and response: what batch budgets count
     */
    record Admitted(ScoringRequest request, TokenizedResponse tokenized, int tokens) implements Admission {}

    /**
     * @param label what meters count it as
     * @param reason a sentence for people, without the prompt's text
     */
    record Rejected(RejectionCode label, String reason) implements Admission {}
}
