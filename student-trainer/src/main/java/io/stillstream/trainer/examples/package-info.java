/** In: records; out: training examples in the tokens of the student, grouped into steps. */
@NullMarked
package io.stillstream.trainer.examples;

import org.jspecify.annotations.NullMarked;
