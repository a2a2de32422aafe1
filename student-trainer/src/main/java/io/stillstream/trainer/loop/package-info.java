/**
 * The training loop. In: records in the order of the topic; out: optimizer steps, ledger entries, checkpoints and
 * snapshots.
 */
@NullMarked
package io.stillstream.trainer.loop;

import org.jspecify.annotations.NullMarked;
