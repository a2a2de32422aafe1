/**
 * When each record was trained on. In: what each optimizer step is made of, before the step is taken; out: an
 * append-only file in which every offset has one fate, which branch of training a place in it belongs to, and the steps
 * that a resumed run has to repeat.
 */
@NullMarked
package io.stillstream.trainer.ledger;

import org.jspecify.annotations.NullMarked;
