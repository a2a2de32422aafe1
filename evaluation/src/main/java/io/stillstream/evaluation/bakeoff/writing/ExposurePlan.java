package io.stillstream.evaluation.bakeoff.writing;

import io.stillstream.evaluation.EvaluationException;
import java.util.Map;

/**
 * What students write by themselves before training and after it.
 *
 * @param prompts the most prompts of a held-out set that they answer; 0 for none
 * @param maxTokens the most tokens of an answer
 * @param scorers by held-out set, the teacher of the set; of the sets whose prompts are answered
 */
public record ExposurePlan(int prompts, int maxTokens, Map<String, WrittenTextScorer> scorers) {

    /** Students write nothing by themselves. */
    public static final ExposurePlan NONE = new ExposurePlan(0, 0, Map.of());

    public ExposurePlan {
        scorers = Map.copyOf(scorers);
        if (prompts < 0) {
            throw new EvaluationException("exposure is " + prompts + "; expected 0 or more prompts of a held-out set");
        }
    }
}
