package io.stillstream.evaluation.bakeoff;

import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;

/**
 * A text of the stream as an arm trains on it.
 *
 * @param sequences empty where the arm can do nothing with the text
 */
record Example(List<TrainingSequence> sequences) {

    static final Example NONE = new Example(List.of());

    Example {
        sequences = List.copyOf(sequences);
    }
}
