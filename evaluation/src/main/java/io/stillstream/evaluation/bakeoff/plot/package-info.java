/**
 * In: the report of a bake-off; out: an SVG plot. JFreeChart draws it as clearly, but its SVG writer, org.jfree.svg, is under
 * the GPL, and a picture would depend on the fonts of the machine that makes it.
 */
@NullMarked
package io.stillstream.evaluation.bakeoff.plot;

import org.jspecify.annotations.NullMarked;
