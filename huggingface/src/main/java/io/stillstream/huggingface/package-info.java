/**
 * What a Hugging Face model directory holds. In: a directory; out: its configuration, weights, tokenizer and chat
 * template. Knows neither Kafka nor a runtime of models.
 */
@NullMarked
package io.stillstream.huggingface;

import org.jspecify.annotations.NullMarked;
