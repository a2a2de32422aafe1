/** {@code stillstream rollout}: what serves, what becomes of a candidate, and the controller that sees to it. */
@NullMarked
package io.stillstream.pipeline.command.rollout;

import org.jspecify.annotations.NullMarked;
