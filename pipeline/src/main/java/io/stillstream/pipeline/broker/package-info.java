/**
 * The Kafka of a pipeline: a broker inside this process for trying things out, or an existing cluster.
 * In: a directory or bootstrap servers; out: topics that exist.
 */
@NullMarked
package io.stillstream.pipeline.broker;

import org.jspecify.annotations.NullMarked;
