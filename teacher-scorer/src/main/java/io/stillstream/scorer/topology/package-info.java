/**
 * The scorer as a Kafka Streams client. In: the bytes of {@code prompts}; out: teacher targets under the prompts' keys,
 * and dead letters for what could not be scored, each exactly once.
 */
@NullMarked
package io.stillstream.scorer.topology;

import org.jspecify.annotations.NullMarked;
