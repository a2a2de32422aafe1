/**
 * Trains a student on what a teacher said. In: {@code teacher-targets}, in order, and a student as a Hugging Face
 * directory; out: snapshots that are such directories themselves, announced on {@code student-snapshots}, each with the
 * place in the stream from which training goes on. Start reading at {@link io.stillstream.trainer.TrainerStage}.
 */
@NullMarked
package io.stillstream.trainer;

import org.jspecify.annotations.NullMarked;
