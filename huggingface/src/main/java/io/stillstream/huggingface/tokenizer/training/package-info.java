/** In: texts; out: a byte-level BPE {@code tokenizer.json} trained on them. */
@NullMarked
package io.stillstream.huggingface.tokenizer.training;

import org.jspecify.annotations.NullMarked;
