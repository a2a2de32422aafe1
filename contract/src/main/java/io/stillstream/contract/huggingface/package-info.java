/**
 * Model directories as Hugging Face lays them out: {@code config.json} and {@code model.safetensors}. In: files; out:
 * shapes and bytes, checked. No mathematics.
 */
@NullMarked
package io.stillstream.contract.huggingface;

import org.jspecify.annotations.NullMarked;
