/** In: figures of records; out: confidence intervals from the bootstrap. */
@NullMarked
package io.stillstream.statistics;

import org.jspecify.annotations.NullMarked;
