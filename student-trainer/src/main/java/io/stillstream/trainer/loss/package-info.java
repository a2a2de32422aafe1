/** The losses: their settings, what each needs of a record, and what is reported of them. */
@NullMarked
package io.stillstream.trainer.loss;

import org.jspecify.annotations.NullMarked;
