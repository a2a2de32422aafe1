/** In: the state of a rollout and what happens to it; out: its next state and the decision, or why not. No clock, no Kafka. */
@NullMarked
package io.stillstream.rollout.state;

import org.jspecify.annotations.NullMarked;
