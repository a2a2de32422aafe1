package io.stillstream.student.inference;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;

/** Tokenizes a student's prompts, for training and for generation alike. */
public final class PromptTokenizer {

    private final TextTokenizer tokenizer;
    private final DecoderConfig student;

    public PromptTokenizer(TextTokenizer tokenizer, DecoderConfig student) {
        this.tokenizer = tokenizer;
        this.student = student;
    }

    /** The tokens that an answer follows; none where the prompt has none, and no token of the student's begins a text. */
    public int[] tokenize(WordedPrompt prompt) {
        return withBeginning(
                prompt.rendered() ? tokenizer.encodeRendered(prompt.text()) : tokenizer.encodePrompt(prompt.text()));
    }

    /** The first token of an answer is predicted from one before it, also where the prompt has no token of its own. */
    public int[] withBeginning(int[] prompt) {
        Integer beginning = student.bosTokenId();
        return prompt.length == 0 && beginning != null ? new int[] {beginning} : prompt;
    }
}
