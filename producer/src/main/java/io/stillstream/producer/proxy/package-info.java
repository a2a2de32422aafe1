/**
 * A reverse proxy in front of OpenAI-compatible upstreams: calls in, the same bytes out, and a copy of what can be learned from
 * to {@link io.stillstream.producer.capture.call.CallSink}. Alone to know Jetty.
 */
@NullMarked
package io.stillstream.producer.proxy;

import org.jspecify.annotations.NullMarked;
