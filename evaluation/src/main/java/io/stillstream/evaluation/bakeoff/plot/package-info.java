/** In: the report of a bake-off; out: an SVG plot. */
@NullMarked
package io.stillstream.evaluation.bakeoff.plot;

import org.jspecify.annotations.NullMarked;
