/** The {@code stillstream-bench} command: one class for each subcommand. */
@NullMarked
package io.stillstream.bench.command;

import org.jspecify.annotations.NullMarked;
