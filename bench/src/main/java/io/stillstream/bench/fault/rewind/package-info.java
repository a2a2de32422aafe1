/**
 * Kills a trainer and the controller of a rollout around the orders that take training back, and compares the weights with those
 * of a trainer that never saw what they quarantine.
 */
@NullMarked
package io.stillstream.bench.fault.rewind;

import org.jspecify.annotations.NullMarked;
