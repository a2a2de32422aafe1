/** In: snapshots, commands and what is observed of a candidate; out: which snapshot serves, told on a topic and to hooks. */
@NullMarked
package io.stillstream.rollout;

import org.jspecify.annotations.NullMarked;
