package io.stillstream.trainer.report;

import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.step.StepReport;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far training has come, for a line on a terminal.
 *
 * @param lastStep null before the first step of this process
 * @param trainedTokens response tokens trained on, restarts included
 * @param lastEvaluation null before the first one
 * @param lag for each partition, as {@code topic-partition}, the records yet to be read
 */
public record TrainingProgress(
        long step,
        @Nullable StepReport lastStep,
        long trainedTokens,
        @Nullable HeldOutEvaluation lastEvaluation,
        Map<String, Long> lag) {

    public static final TrainingProgress NONE = new TrainingProgress(0, null, 0, null, Map.of());
}
