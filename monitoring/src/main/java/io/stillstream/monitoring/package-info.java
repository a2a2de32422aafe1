/**
 * What the stages do, as numbers: in come calls such as {@code recordStep}, out go meters on {@code /metrics}, liveness
 * on {@code /health/live} and readiness on {@code /health/ready}. Every meter's name is in this package, next to the
 * dashboards and alerts that read it.
 */
@NullMarked
package io.stillstream.monitoring;

import org.jspecify.annotations.NullMarked;
