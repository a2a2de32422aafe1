/** The {@code stillstream} command. In: arguments, a configuration file, the environment; out: an exit code. */
@NullMarked
package io.stillstream.pipeline;

import org.jspecify.annotations.NullMarked;
