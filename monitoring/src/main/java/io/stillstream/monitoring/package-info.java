/**
 * Metrics and health of a process. In: calls such as {@code recordStep} and health checks; out: meters on {@code /metrics},
 * liveness on {@code /health/live} and readiness on {@code /health/ready}.
 */
@NullMarked
package io.stillstream.monitoring;

import org.jspecify.annotations.NullMarked;
