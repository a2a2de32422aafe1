/** In: an arm, a student and the stream; out: a trained student's losses, kept for the next start. */
@NullMarked
package io.stillstream.evaluation.bakeoff.run;

import org.jspecify.annotations.NullMarked;
