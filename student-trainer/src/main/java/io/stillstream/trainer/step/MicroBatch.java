package io.stillstream.trainer.step;

import io.stillstream.trainer.loss.ActiveTerms;
import io.stillstream.trainer.loss.TargetNeed;
import java.util.List;
import java.util.Set;

/**
 * Sequences of a step whose gradients are computed at once.
 *
 * @param index among those of the step, counted from 0
 * @param terms what is minimised
 * @param needs what these read of the teacher
 * @param step counted from 1
 * @param examples of the whole step
 */
record MicroBatch(
        int index,
        List<TrainingSequence> sequences,
        ActiveTerms terms,
        Set<TargetNeed> needs,
        long step,
        int examples) {}
