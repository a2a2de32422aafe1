/**
 * What becomes of a record. In: records of {@code teacher-targets} as they were read; out: sequences to train on, held-out records,
 * dead letters.
 */
@NullMarked
package io.stillstream.trainer.routing;

import org.jspecify.annotations.NullMarked;
