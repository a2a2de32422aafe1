/**
 * The producer itself. In: the traffic's configuration and a Kafka client's properties; out: prompts and dead letters on
 * Kafka, and a report of how many.
 */
@NullMarked
package io.stillstream.producer.stage;

import org.jspecify.annotations.NullMarked;
