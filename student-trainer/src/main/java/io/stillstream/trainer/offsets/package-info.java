/** Offsets of partitions, and the dispositions of the records between them. Depends on nothing. */
@NullMarked
package io.stillstream.trainer.offsets;

import org.jspecify.annotations.NullMarked;
