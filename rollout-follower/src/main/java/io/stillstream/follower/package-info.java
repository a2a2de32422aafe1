/** In: the topic of a rollout; out: its state, as soon as it is committed. For whoever serves or routes by it. */
@NullMarked
package io.stillstream.follower;

import org.jspecify.annotations.NullMarked;
