package io.stillstream.evaluation.bakeoff;

import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;

/**
 * A text of the stream as an arm trains on it.
 *
 * @param sequences empty where the arm can do nothing with the text
 * @param streamTokens how many tokens it counts for in a step's budget: the same for every arm
 */
record Example(List<TrainingSequence> sequences, int streamTokens) {

    static final Example NONE = new Example(List.of(), 0);
}
