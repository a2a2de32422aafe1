/** Offsets of partitions, and what became of the records between them. Depends on nothing. */
@NullMarked
package io.stillstream.trainer.offsets;

import org.jspecify.annotations.NullMarked;
