/**
 * How fast and how large the losses are on this machine. In: shapes; out: medians of interleaved runs beside the same
 * formulas written operator by operator.
 */
@NullMarked
package io.stillstream.trainer.bench;

import org.jspecify.annotations.NullMarked;
