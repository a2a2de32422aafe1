/**
 * The student itself. In: a Hugging Face directory and batches of tokens with the teacher's columns; out: better weights,
 * evaluations, text, and a Hugging Face directory again. Knows nothing of Kafka.
 */
@NullMarked
package io.stillstream.trainer.student;

import org.jspecify.annotations.NullMarked;
