/**
 * What the gate judges by. In: snapshots of a data directory, held-out records of {@code teacher-targets} and the rollout's
 * history; out: evaluations of each snapshot on the same records.
 */
@NullMarked
package io.stillstream.pipeline.gate;

import org.jspecify.annotations.NullMarked;
