/**
 * Checkpoints and snapshots on disk: written whole or not at all, verified before they are used, found again after a
 * crash, by one trainer at a time. In: what a student and its optimizer write into a directory; out: content-addressed
 * directories with a manifest, and aliases.
 */
@NullMarked
package io.stillstream.trainer.snapshot;

import org.jspecify.annotations.NullMarked;
