package io.stillstream.trainer.checkpoint;

import io.stillstream.student.model.StudentCopy;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.step.OptimizerCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Training at one moment, to be written while it goes on: valid until it is frozen again.
 *
 * @param step optimizer steps taken
 * @param tokenizer sha256 of the student's
 */
public record TrainingStateCopy(
        long step,
        String tokenizer,
        StudentCopy student,
        OptimizerCopy optimizer,
        TrainerState state,
        HeldOutSet heldOut) {

    public static final String OPTIMIZER = "optimizer.safetensors";

    /** The student as anybody opens it, and the held-out records that others are measured on beside it. */
    void writeStudent(Path directory) {
        student.write(directory);
        trainerDirectory(directory);
        heldOut.write(HeldOutSet.file(directory));
    }

    /** The student, and beside it what training goes on from. */
    void writeAll(Path directory) {
        writeStudent(directory);
        Path trainer = trainerDirectory(directory);
        optimizer.write(trainer.resolve(OPTIMIZER));
        state.write(trainer);
    }

    private static Path trainerDirectory(Path directory) {
        Path trainer = directory.resolve(Snapshot.TRAINER);
        try {
            return Files.createDirectories(trainer);
        } catch (IOException e) {
            throw new TrainerException("could not make " + trainer + ": " + e, e);
        }
    }
}
