/**
 * The {@code evaluate} command. In: students and a file of texts; out: a table, or JSON, of metrics and paired
 * differences.
 */
@NullMarked
package io.stillstream.evaluation.comparison;

import org.jspecify.annotations.NullMarked;
