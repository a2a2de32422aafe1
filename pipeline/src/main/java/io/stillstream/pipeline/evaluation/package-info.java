/**
 * What {@code stillstream evaluate} does. In: students, or texts that somebody predicted, and a file to measure them on;
 * out: figures with intervals and differences with theirs, as a table and as JSON.
 */
@NullMarked
package io.stillstream.pipeline.evaluation;

import org.jspecify.annotations.NullMarked;
