/**
 * The Kafka side of training. In: bytes from {@code teacher-targets}, each partition from a given offset; out: records in
 * an order that the topic gives, what was passed on the way to them, what is unusable on {@code dead-letters}, and
 * announcements on {@code student-snapshots}.
 */
@NullMarked
package io.stillstream.trainer.stream;

import org.jspecify.annotations.NullMarked;
