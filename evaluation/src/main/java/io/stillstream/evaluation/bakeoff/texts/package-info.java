/** In: prompts and a teacher; out: texts written and scored once, kept by content hash. */
@NullMarked
package io.stillstream.evaluation.bakeoff.texts;

import org.jspecify.annotations.NullMarked;
