/**
 * The weights of a student. In: a Hugging Face directory, or a shape for a new one; out: weights that can be trained,
 * copied and saved.
 */
@NullMarked
package io.stillstream.student.model;

import org.jspecify.annotations.NullMarked;
