/** In: commands and observations on Kafka; out: the rollout's state, its decisions and deliveries, by one controller at a time. */
@NullMarked
package io.stillstream.rollout.control;

import org.jspecify.annotations.NullMarked;
