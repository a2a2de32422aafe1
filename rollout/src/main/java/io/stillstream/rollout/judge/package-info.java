/** In: what became of a candidate's calls, and what the teacher says of its answers; out: whether it has to go. No clock, no Kafka. */
@NullMarked
package io.stillstream.rollout.judge;

import org.jspecify.annotations.NullMarked;
