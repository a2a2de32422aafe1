/**
 * How text is cut: both ends of the wire count a response's tokens in UTF-8 byte offsets, so both cut text here. In: a
 * model directory's {@code tokenizer.json} and text; out: token ids and the bytes each one stands for.
 */
@NullMarked
package io.stillstream.contract.tokenizer;

import org.jspecify.annotations.NullMarked;
