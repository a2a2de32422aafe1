/** In: a student and texts; out: losses, predictions, and greedy or sampled answers. */
@NullMarked
package io.stillstream.student.inference;

import org.jspecify.annotations.NullMarked;
