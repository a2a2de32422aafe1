/**
 * The Kafka that a pipeline stands on: a real broker inside this process for trying things out, or somebody's cluster.
 * In: a directory or bootstrap servers; out: topics that exist.
 */
@NullMarked
package io.stillstream.pipeline.broker;

import org.jspecify.annotations.NullMarked;
