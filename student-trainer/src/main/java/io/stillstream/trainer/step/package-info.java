/**
 * One optimizer step. In: a batch of sequences with the teacher's scores; out: changed weights and moments, and a report.
 */
@NullMarked
package io.stillstream.trainer.step;

import org.jspecify.annotations.NullMarked;
