/** In: plain texts; out: a student trained on them with cross-entropy, without Kafka and without a teacher. */
@NullMarked
package io.stillstream.trainer.pretraining;

import org.jspecify.annotations.NullMarked;
