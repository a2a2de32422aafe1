/** Takes training back to a checkpoint, by hand or on an order: what it would do, and the line in the ledger that does it. */
@NullMarked
package io.stillstream.trainer.rewind;

import org.jspecify.annotations.NullMarked;
