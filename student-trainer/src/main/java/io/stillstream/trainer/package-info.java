/** Trains the student on scored traffic. In: {@code teacher-targets}; out: snapshots of the student. */
@NullMarked
package io.stillstream.trainer;

import org.jspecify.annotations.NullMarked;
