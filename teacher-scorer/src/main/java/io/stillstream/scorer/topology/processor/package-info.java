/** The processor that Kafka Streams runs for each partition. In: records of {@code prompts}; out: targets and dead letters,
 * with a buffer in between that survives a crash. */
@NullMarked
package io.stillstream.scorer.topology.processor;

import org.jspecify.annotations.NullMarked;
