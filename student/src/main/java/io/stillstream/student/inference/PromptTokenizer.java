package io.stillstream.student.inference;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import java.util.Arrays;

/**
 * Tokenizes a student's prompts, for training and for generation alike. Where an encoder reads them, they are whole texts with the
 * tokens that the tokenizer puts around one, and behind them stands the token with which the decoder begins the response.
 */
public final class PromptTokenizer {

    private final TextTokenizer tokenizer;
    private final DecoderConfig student;

    public PromptTokenizer(TextTokenizer tokenizer, DecoderConfig student) {
        this.tokenizer = tokenizer;
        this.student = student;
    }

    /** The tokens that an answer follows; none where the prompt has none, and no token of the student's begins a text. */
    public int[] tokenize(WordedPrompt prompt) {
        Integer start = student.architecture().decoderStart();
        if (start != null) {
            return followedBy(start, tokenizer.encodeWhole(prompt.text()));
        }
        return withBeginning(
                prompt.rendered() ? tokenizer.encodeRendered(prompt.text()) : tokenizer.encodePrompt(prompt.text()));
    }

    /**
     * A prompt and the response to it: one text, unless an encoder reads the prompt. Both may have no token, the prompt as
     * {@link #tokenize(WordedPrompt)} has it.
     *
     * @throws io.stillstream.huggingface.HuggingFaceException for an empty response
     */
    public TokenizedResponse tokenize(WordedPrompt prompt, String response) {
        if (student.encodesPrompts()) {
            TokenizedResponse alone = tokenizer.encodeRendered("", response);
            return new TokenizedResponse(tokenize(prompt), alone.responseIds(), alone.responseEnds());
        }
        TokenizedResponse tokens = prompt.rendered()
                ? tokenizer.encodeRendered(prompt.text(), response)
                : tokenizer.encode(prompt.text(), response);
        return new TokenizedResponse(withBeginning(tokens.promptIds()), tokens.responseIds(), tokens.responseEnds());
    }

    /** The first token of an answer is predicted from one before it, also where the prompt has no token of its own. */
    private int[] withBeginning(int[] prompt) {
        Integer beginning = student.bosTokenId();
        return prompt.length == 0 && beginning != null ? new int[] {beginning} : prompt;
    }

    private static int[] followedBy(int start, int[] source) {
        if (source.length == 0) {
            return source;
        }
        int[] prompt = Arrays.copyOf(source, source.length + 1);
        prompt[source.length] = start;
        return prompt;
    }
}
