/**
 * Trains a student on what a teacher said. In: {@code teacher-targets}, in an order that the topic gives, and a student as
 * a Hugging Face directory; out: snapshots that are such directories themselves, announced on {@code student-snapshots},
 * checkpoints from which training goes on as if it had not stopped, and a ledger of what each step was made of. Start
 * reading at {@link io.stillstream.trainer.TrainerStage}.
 */
@NullMarked
package io.stillstream.trainer;

import org.jspecify.annotations.NullMarked;
