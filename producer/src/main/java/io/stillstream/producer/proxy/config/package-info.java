/**
 * What the proxy is told by its configuration: where it listens, what it stands in front of, and what a call may cost.
 */
@NullMarked
package io.stillstream.producer.proxy.config;

import org.jspecify.annotations.NullMarked;
