package io.stillstream.trainer.examples;

import io.stillstream.contract.RejectionCode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import java.util.Arrays;

/** Puts a prompt and a text after it into the student's tokens, as far as its context window holds them. */
public final class TextFitter {

    private final TextTokenizer tokenizer;
    private final DecoderConfig student;

    public TextFitter(TextTokenizer tokenizer, DecoderConfig student) {
        this.tokenizer = tokenizer;
        this.student = student;
    }

    public TextFit fit(String prompt, String text) {
        TokenizedResponse tokens;
        try {
            tokens = tokenizer.encode(prompt, text);
        } catch (HuggingFaceException e) {
            return new TextFit.Refused(RejectionCode.OTHER, "the student's tokenizer cannot cut it: " + e.getMessage());
        }
        int[] before = started(tokens.promptIds());
        if (before.length == 0) {
            return new TextFit.Refused(
                    RejectionCode.EMPTY_PROMPT,
                    "the prompt has no token before the response, and the student has none that begins a text");
        }
        int room = student.contextWindow() - before.length;
        if (room < 1) {
            return new TextFit.Refused(
                    RejectionCode.CONTEXT_WINDOW,
                    "the prompt has " + before.length + " tokens; the student's context window is "
                            + student.contextWindow());
        }
        int length = Math.min(room, tokens.responseIds().length);
        return new TextFit.Fitted(
                new TokenizedResponse(
                        before,
                        Arrays.copyOf(tokens.responseIds(), length),
                        Arrays.copyOf(tokens.responseEnds(), length)),
                length < tokens.responseIds().length);
    }

    /** A first token needs something to follow, also where the prompt is no token of its own. */
    private int[] started(int[] prompt) {
        Integer beginning = student.bosTokenId();
        return prompt.length == 0 && beginning != null ? new int[] {beginning} : prompt;
    }
}
