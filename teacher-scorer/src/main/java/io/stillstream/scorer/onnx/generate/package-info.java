/** Generation. In: tokenized prompts; out: the tokens that the teacher continues them with, and their hidden states. */
@NullMarked
package io.stillstream.scorer.onnx.generate;

import org.jspecify.annotations.NullMarked;
