/** The meters of scorer and trainer: records, batches of them, steps and what the student has learned. */
@NullMarked
package io.stillstream.monitoring.distillation;

import org.jspecify.annotations.NullMarked;
