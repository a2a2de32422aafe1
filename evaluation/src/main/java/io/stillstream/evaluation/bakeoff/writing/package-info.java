/** In: a student; out: the texts that it writes, to be scored by the teacher and trained on. */
@NullMarked
package io.stillstream.evaluation.bakeoff.writing;

import org.jspecify.annotations.NullMarked;
