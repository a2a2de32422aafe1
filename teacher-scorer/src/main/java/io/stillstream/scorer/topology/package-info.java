/**
 * The scorer as a Kafka Streams client: its topics, its place in the group, how it starts and what it does when Streams
 * fails. What happens to a record is in {@link io.stillstream.scorer.topology.processor}.
 */
@NullMarked
package io.stillstream.scorer.topology;

import org.jspecify.annotations.NullMarked;
