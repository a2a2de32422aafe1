/**
 * The model's own chat template. In: a model directory's template as Hugging Face ships it, and a chat; out: the text that
 * transformers' {@code apply_chat_template} gives for it, or why there is none. jinjava runs the template; what it reads
 * otherwise than Jinja2 is put right here, and what cannot be is refused.
 */
@NullMarked
package io.stillstream.scorer.template;

import org.jspecify.annotations.NullMarked;
