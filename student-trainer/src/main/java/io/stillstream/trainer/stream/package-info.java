/**
 * The Kafka side of training. In: bytes from {@code teacher-targets}, partition by partition from a given offset; out:
 * decoded records with their coordinates, what is unreadable on {@code dead-letters}, and announcements on
 * {@code student-snapshots}.
 */
@NullMarked
package io.stillstream.trainer.stream;

import org.jspecify.annotations.NullMarked;
