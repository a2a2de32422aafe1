package io.stillstream.trainer.checkpoint;

import io.stillstream.student.model.StudentCopy;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.step.OptimizerCopy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A copy of the training state, to be written while training continues: valid until the next copy is taken.
 *
 * @param step optimizer steps taken
 * @param tokenizer sha256 of the student's
 * @param chatTemplate sha256 of the one that it is trained in; empty where there is none
 * @param golden what the student answers to golden prompts; null of a checkpoint, and where nothing is held out
 */
public record TrainingStateCopy(
        long step,
        String tokenizer,
        String chatTemplate,
        StudentCopy student,
        OptimizerCopy optimizer,
        TrainerState state,
        HeldOutSet heldOut,
        @Nullable GoldenPrompts golden) {

    public static final String OPTIMIZER = "optimizer.safetensors";

    /**
     * The student as the directory that it came as, the held-out records that other students can be compared on, and what a
     * server probes it with.
     */
    void writeStudent(SnapshotFiles files) {
        student.writeAsStored(files);
        writeHeldOut(files);
        if (golden != null) {
            try {
                files.write(GoldenPrompts.FILE_NAME, golden.toJson());
            } catch (IOException e) {
                throw new TrainerException("the golden prompts could not be written: " + e, e);
            }
        }
    }

    private void writeHeldOut(SnapshotFiles files) {
        try (OutputStream out = Channels.newOutputStream(files.create(trainerFile(HeldOutSet.FILE_NAME)))) {
            heldOut.write(out);
        } catch (IOException e) {
            throw new TrainerException("the held-out records could not be written: " + e, e);
        }
    }

    /** The student in single precision, the held-out records, and what training resumes from. */
    void writeAll(SnapshotFiles files) {
        student.write(files);
        writeHeldOut(files);
        try (WritableByteChannel channel = files.create(trainerFile(OPTIMIZER))) {
            optimizer.write(channel);
        } catch (IOException e) {
            throw new TrainerException("the optimizer could not be written: " + e, e);
        }
        try {
            files.write(trainerFile(TrainerState.FILE_NAME), state.toJson());
        } catch (IOException e) {
            throw new TrainerException("the trainer's state could not be written: " + e, e);
        }
    }

    private static String trainerFile(String name) {
        return Snapshot.TRAINER + "/" + name;
    }
}
