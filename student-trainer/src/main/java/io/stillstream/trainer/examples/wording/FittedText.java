package io.stillstream.trainer.examples.wording;

import io.stillstream.huggingface.tokenizer.TokenizedResponse;

/**
 * A prompt and a text after it in a student's tokens, as far as its context window holds them.
 *
 * @param tokens at least one of the prompt; of the text those that the context window holds
 * @param truncated whether the text has more tokens than the context window holds
 */
public record FittedText(TokenizedResponse tokens, boolean truncated) {}
