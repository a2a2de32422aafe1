/** Judges students. Nothing here is part of a stage. */
@NullMarked
package io.stillstream.evaluation;

import org.jspecify.annotations.NullMarked;
