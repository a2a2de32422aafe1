/** In: the runs; out: differences with their intervals, and the files that people read. */
@NullMarked
package io.stillstream.evaluation.bakeoff.report;

import org.jspecify.annotations.NullMarked;
