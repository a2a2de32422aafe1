package io.stillstream.trainer.examples.wording;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.student.inference.PromptTokenizer;
import io.stillstream.student.inference.WordedPrompt;
import java.util.Arrays;

/** Tokenizes a prompt and a text after it for a student, and truncates the text at the student's context window. */
public final class TextFitter {

    private final DecoderConfig student;
    private final PromptTokenizer prompts;

    public TextFitter(TextTokenizer tokenizer, DecoderConfig student) {
        this.student = student;
        this.prompts = new PromptTokenizer(tokenizer, student);
    }

    /**
     * Rejected when there is nothing to predict from, or no room for the text.
     *
     * @param wording of the same student
     */
    public Outcome<FittedText> fit(Wording wording) {
        TokenizedResponse tokens;
        try {
            tokens = prompts.tokenize(new WordedPrompt(wording.prompt(), wording.rendered()), wording.response());
        } catch (HuggingFaceException e) {
            return Outcome.rejected(
                    RejectionCode.OTHER, "the student's tokenizer cannot tokenize it: " + e.getMessage());
        }
        int[] before = tokens.promptIds();
        if (tokens.responseIds().length == 0) {
            return Outcome.rejected(
                    RejectionCode.EMPTY_RESPONSE,
                    "the response has no token of the student's: its tokenizer leaves all of it out");
        }
        if (before.length == 0) {
            return Outcome.rejected(
                    RejectionCode.EMPTY_PROMPT,
                    "the prompt has no token before the response, and the student has none that begins a text");
        }
        int room = student.contextWindow() - before.length;
        if (room < 1) {
            return Outcome.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "the prompt has " + before.length + " tokens; the student's context window is "
                            + student.contextWindow());
        }
        int length = Math.min(room, tokens.responseIds().length);
        var fitted = new TokenizedResponse(
                before, Arrays.copyOf(tokens.responseIds(), length), Arrays.copyOf(tokens.responseEnds(), length));
        return Outcome.accepted(new FittedText(fitted, length < tokens.responseIds().length));
    }
}
