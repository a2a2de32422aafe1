/** The {@code stillstream} command: what its packages share. */
@NullMarked
package io.stillstream.pipeline;

import org.jspecify.annotations.NullMarked;
