/**
 * Turns a Hugging Face directory of a decoder of any family into a directory the ONNX teacher opens: {@code config.json}
 * and {@code model.safetensors} in, {@code model.onnx} out, the tokenizer files beside it.
 */
@NullMarked
package io.stillstream.scorer.export;

import org.jspecify.annotations.NullMarked;
