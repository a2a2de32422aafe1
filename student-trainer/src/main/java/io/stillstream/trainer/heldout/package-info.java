/** In: held-out records; out: how well the student predicts them. */
@NullMarked
package io.stillstream.trainer.heldout;

import org.jspecify.annotations.NullMarked;
