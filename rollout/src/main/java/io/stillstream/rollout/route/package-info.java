/** In: the state of a rollout and a conversation; out: what serves it. */
@NullMarked
package io.stillstream.rollout.route;

import org.jspecify.annotations.NullMarked;
