/** In: figures of records; out: confidence intervals, tests and confidence sequences. Depends on nothing. */
@NullMarked
package io.stillstream.statistics;

import org.jspecify.annotations.NullMarked;
