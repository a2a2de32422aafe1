/**
 * The rollout's controller with what it needs of a trainer's directory. In: a configuration and a cluster; out: a controller that
 * judges, starts and delivers until it is closed.
 */
@NullMarked
package io.stillstream.pipeline.production;

import org.jspecify.annotations.NullMarked;
