/**
 * The ledger: an append-only file that says of every offset what became of it, each line hash-chained to those
 * before.
 */
@NullMarked
package io.stillstream.trainer.ledger;

import org.jspecify.annotations.NullMarked;
