/**
 * Teaching a student a file of texts before it meets a stream. In: texts and a Hugging Face directory; out: a Hugging Face
 * directory.
 */
@NullMarked
package io.stillstream.trainer.pretraining;

import org.jspecify.annotations.NullMarked;
