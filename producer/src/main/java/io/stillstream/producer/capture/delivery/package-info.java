/**
 * From captured prompts to Kafka. In: records that may be written; they wait in memory or, where there is a spool, on disk. One
 * thread sends them in order and takes them off once the broker has them.
 */
@NullMarked
package io.stillstream.producer.capture.delivery;

import org.jspecify.annotations.NullMarked;
