/**
 * What arms did with calls in, records of {@code served-outcomes} on Kafka out, without anybody's waiting for it. Knows no HTTP
 * library.
 */
@NullMarked
package io.stillstream.producer.outcome;

import org.jspecify.annotations.NullMarked;
