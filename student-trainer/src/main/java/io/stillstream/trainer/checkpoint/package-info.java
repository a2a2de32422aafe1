/**
 * Checkpoints and snapshots. In: a copy of the training state; out: directories with a manifest, and manifests on
 * {@code student-snapshots}.
 */
@NullMarked
package io.stillstream.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
