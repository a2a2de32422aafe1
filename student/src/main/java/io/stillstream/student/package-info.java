/**
 * The student model, a decoder: {@code model} holds a Hugging Face directory's weights in memory,
 * {@code inference} runs it, {@code transfer} begins one from a teacher of another tokenizer. Its error is here.
 */
@NullMarked
package io.stillstream.student;

import org.jspecify.annotations.NullMarked;
