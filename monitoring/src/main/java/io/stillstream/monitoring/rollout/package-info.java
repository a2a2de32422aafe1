/**
 * What a rollout shows of itself. In: its state, its decisions and what the gate says; out: meters.
 */
@NullMarked
package io.stillstream.monitoring.rollout;

import org.jspecify.annotations.NullMarked;
