/** In: a student and texts; out: what is measured of each text, and the metrics they add up to. */
@NullMarked
package io.stillstream.evaluation.measure;

import org.jspecify.annotations.NullMarked;
