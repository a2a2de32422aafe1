/** In: a student and texts; out: losses, predictions and greedy answers. */
@NullMarked
package io.stillstream.student.inference;

import org.jspecify.annotations.NullMarked;
