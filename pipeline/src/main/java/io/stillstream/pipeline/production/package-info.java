/**
 * The student in production. In: a configuration, a cluster and a trainer's directory; out: servers of the champion and of what is on
 * its way, and the rollout's controller with what tells it what to do.
 */
@NullMarked
package io.stillstream.pipeline.production;

import org.jspecify.annotations.NullMarked;
