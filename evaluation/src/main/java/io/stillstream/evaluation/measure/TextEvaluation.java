package io.stillstream.evaluation.measure;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.trainer.heldout.Agreement;

/** What a student made of one text. */
public sealed interface TextEvaluation {

    /**
     * @param nats the negative log-likelihood of the tokens, given the prompt
     * @param tokens of the student, of which the end of the text is none
     * @param bytes UTF-8 bytes that these tokens cover
     * @param truncated whether the text was longer than the student's context window and was truncated to it
     * @param agreement without positions where no teacher scored the text
     */
    record Measured(double nats, int tokens, int bytes, boolean truncated, Calibration calibration, Agreement agreement)
            implements TextEvaluation {}

    /** @param reason a sentence for people; no prompt text */
    record Refused(RejectionCode kind, String reason) implements TextEvaluation {}
}
