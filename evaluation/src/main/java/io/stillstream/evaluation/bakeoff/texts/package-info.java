/** In: prompts and a teacher; out: texts with responses and scores, cached by content hash. */
@NullMarked
package io.stillstream.evaluation.bakeoff.texts;

import org.jspecify.annotations.NullMarked;
