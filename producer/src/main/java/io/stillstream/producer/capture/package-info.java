/**
 * Live traffic in: finished calls of a model, as a proxy copied them, become prompts on Kafka. {@link
 * io.stillstream.producer.capture.call.CallSink} takes calls and never blocks; what is behind it decodes, parses, redacts and sends
 * on threads of its own. Knows nothing of HTTP servers.
 */
@NullMarked
package io.stillstream.producer.capture;

import org.jspecify.annotations.NullMarked;
