/** In: a loss; out: how long a step of it takes, beside the same formula in eager operators. */
@NullMarked
package io.stillstream.bench.loss;

import org.jspecify.annotations.NullMarked;
