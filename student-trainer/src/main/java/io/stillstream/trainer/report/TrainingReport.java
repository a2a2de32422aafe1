package io.stillstream.trainer.report;

import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the trainer achieved.
 *
 * @param initialStudent the directory that training first started from
 * @param baseline that student on the held-out records; null when none were held out
 * @param trained the student as it is now, on the same records
 * @param steps optimizer steps of this run
 * @param records responses trained on in this run
 * @param tokens response tokens trained on in this run
 * @param truncatedResponses responses of this run that were truncated at the student's context window
 * @param waiting what was not trained on
 * @param tokensPerSecond while taking steps, without waiting and evaluating; 0 without a step
 * @param lastSnapshot the newest one, of this run or an earlier one; null when there is none
 */
public record TrainingReport(
        Path initialStudent,
        @Nullable HeldOutEvaluation baseline,
        @Nullable HeldOutEvaluation trained,
        long steps,
        long records,
        long tokens,
        long truncatedResponses,
        Waiting waiting,
        double tokensPerSecond,
        @Nullable Snapshot lastSnapshot) {

    /** The directory of the trained student; empty when nothing was published. */
    public Optional<Path> trainedStudent() {
        return Optional.ofNullable(lastSnapshot).map(Snapshot::directory);
    }
}
