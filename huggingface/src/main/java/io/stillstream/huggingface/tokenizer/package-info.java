/**
 * In: {@code tokenizer.json} and the files beside it; out: tokens of texts, the bytes that each token spells, and the
 * special tokens.
 */
@NullMarked
package io.stillstream.huggingface.tokenizer;

import org.jspecify.annotations.NullMarked;
