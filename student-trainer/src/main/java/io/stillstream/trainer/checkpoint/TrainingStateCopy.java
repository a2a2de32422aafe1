package io.stillstream.trainer.checkpoint;

import io.stillstream.student.StudentCopy;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.step.OptimizerCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A copy of the training state, to be written while training continues: valid until the next copy is taken.
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

    /** The student as a Hugging Face directory, and the held-out records that other students can be compared on. */
    void writeStudent(Path directory) {
        student.write(directory);
        trainerDirectory(directory);
        heldOut.write(Snapshot.heldOutFile(directory));
    }

    /** The student, the held-out records, and what training resumes from. */
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
            throw new TrainerException("could not create the directory " + trainer + ": " + e, e);
        }
    }
}
