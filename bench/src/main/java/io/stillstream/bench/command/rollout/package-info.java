/** The commands that kill what takes a snapshot into production. */
@NullMarked
package io.stillstream.bench.command.rollout;

import org.jspecify.annotations.NullMarked;
