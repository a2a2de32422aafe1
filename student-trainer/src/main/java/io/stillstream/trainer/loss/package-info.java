/**
 * The losses. In: the settings of each term; out: the scripts that compute them, what they need of a record, and what a
 * step reports of them.
 */
@NullMarked
package io.stillstream.trainer.loss;

import org.jspecify.annotations.NullMarked;
