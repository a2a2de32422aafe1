/**
 * The gate. In: what two snapshots, and the best champion so far, made of the same held-out records; out: whether the
 * candidate may go on, and why. A function of its input alone.
 */
@NullMarked
package io.stillstream.rollout.gate;

import org.jspecify.annotations.NullMarked;
