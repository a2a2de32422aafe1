/**
 * A process's telemetry. In: its stages' meters, each from its own room, and health checks; out: meters on
 * {@code /metrics}, liveness on {@code /health/live} and readiness on {@code /health/ready}.
 */
@NullMarked
package io.stillstream.monitoring;

import org.jspecify.annotations.NullMarked;
