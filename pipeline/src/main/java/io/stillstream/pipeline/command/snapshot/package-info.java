/** Commands about what a trainer has kept: snapshots, the ledger, and how to go back. */
@NullMarked
package io.stillstream.pipeline.command.snapshot;

import org.jspecify.annotations.NullMarked;
