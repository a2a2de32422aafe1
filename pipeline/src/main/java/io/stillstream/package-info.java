/** The {@code stillstream} command. */
@NullMarked
package io.stillstream;

import org.jspecify.annotations.NullMarked;
