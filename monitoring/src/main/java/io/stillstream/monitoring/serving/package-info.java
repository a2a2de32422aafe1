/** The meters of a student that serves, and of what it writes in order to learn from it. */
@NullMarked
package io.stillstream.monitoring.serving;

import org.jspecify.annotations.NullMarked;
