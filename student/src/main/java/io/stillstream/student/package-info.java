/**
 * The student model: a Hugging Face directory in memory. In: a directory; out: weights that can be trained, copied
 * and saved.
 */
@NullMarked
package io.stillstream.student;

import org.jspecify.annotations.NullMarked;
