/** In: {@code model.safetensors}; out: named tensors; and back. */
@NullMarked
package io.stillstream.huggingface.safetensors;

import org.jspecify.annotations.NullMarked;
