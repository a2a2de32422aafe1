/**
 * The rollout's part in a call: its state and a call in; who is asked in which order, what became of it, and copies out.
 */
@NullMarked
package io.stillstream.producer.proxy.rollout;

import org.jspecify.annotations.NullMarked;
