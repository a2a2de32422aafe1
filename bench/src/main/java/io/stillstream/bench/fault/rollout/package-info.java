/** Kills what takes a snapshot into production: the controller of a rollout, and the delivery of a snapshot. */
@NullMarked
package io.stillstream.bench.fault.rollout;

import org.jspecify.annotations.NullMarked;
