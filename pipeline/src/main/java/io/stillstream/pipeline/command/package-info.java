/**
 * What the subcommands share: options, how errors are told, how one is run. The subcommands, a class each, are in the packages below:
 * options in; stages wired and run, and an exit code out.
 */
@NullMarked
package io.stillstream.pipeline.command;

import org.jspecify.annotations.NullMarked;
