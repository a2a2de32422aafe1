/** The subcommands, a class each. In: options; out: stages wired and run, and an exit code. */
@NullMarked
package io.stillstream.pipeline.command;

import org.jspecify.annotations.NullMarked;
