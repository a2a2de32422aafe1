/** One class a subcommand: options in, stages wired and run, an exit code out. */
@NullMarked
package io.stillstream.pipeline.command;

import org.jspecify.annotations.NullMarked;
