package io.stillstream.trainer.loop;

import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the trainer came to.
 *
 * @param initialStudent the directory that training first started from
 * @param baseline that student on the held-out records; null when none were held out
 * @param trained the student as it is now, on the same records
 * @param steps optimizer steps of this run
 * @param records responses trained on in this run
 * @param tokens response tokens trained on in this run
 * @param cutResponses responses of this run that reached beyond the student's context window and were cut there
 * @param tokensPerSecond while taking steps, waiting and measuring not counted; 0 without a step
 * @param lastSnapshot the newest one, of this run or an earlier one; null when there is none
 */
public record TrainingReport(
        Path initialStudent,
        @Nullable HeldOutEvaluation baseline,
        @Nullable HeldOutEvaluation trained,
        long steps,
        long records,
        long tokens,
        long cutResponses,
        double tokensPerSecond,
        @Nullable Snapshot lastSnapshot) {

    /** Where the trained student lies. */
    public Optional<Path> trainedStudent() {
        return Optional.ofNullable(lastSnapshot).map(Snapshot::directory);
    }
}
