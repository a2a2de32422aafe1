package io.stillstream.trainer.examples;

import io.stillstream.contract.RejectionCode;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;

/** Whether a prompt and a text after it have a place in a student's context window. */
public sealed interface TextFit {

    /**
     * @param tokens at least one before the text and one of it; those of the text that the window holds
     * @param cut whether the text has more
     */
    record Fitted(TokenizedResponse tokens, boolean cut) implements TextFit {}

    /** @param reason a sentence for people; no prompt text */
    record Refused(RejectionCode kind, String reason) implements TextFit {}
}
