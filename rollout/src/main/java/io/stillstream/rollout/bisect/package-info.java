/** In: what students are worth that were trained without some records; out: which records did harm. No Kafka, no training. */
@NullMarked
package io.stillstream.rollout.bisect;

import org.jspecify.annotations.NullMarked;
