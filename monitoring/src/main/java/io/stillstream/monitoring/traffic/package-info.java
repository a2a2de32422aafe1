/** The meters of traffic on its way to prompts: producer, proxy, capture, redaction and what arms of a rollout did. */
@NullMarked
package io.stillstream.monitoring.traffic;

import org.jspecify.annotations.NullMarked;
