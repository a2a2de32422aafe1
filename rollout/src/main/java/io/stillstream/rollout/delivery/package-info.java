/** In: transitions that somebody has to be told of; out: a command that was run, a call that was made, a directory that moved. */
@NullMarked
package io.stillstream.rollout.delivery;

import org.jspecify.annotations.NullMarked;
