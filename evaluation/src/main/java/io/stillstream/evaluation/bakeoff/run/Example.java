package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;

/**
 * A text of the stream as an arm trains on it.
 *
 * @param sequences empty where the arm can do nothing with the text
 * @param given whether neither the teacher nor a student wrote it
 */
record Example(List<TrainingSequence> sequences, boolean given) {

    static final Example NONE = new Example(List.of(), false);

    Example {
        sequences = List.copyOf(sequences);
    }

    /** @param alphaOnGiven how far the teacher is trusted on given texts */
    List<TrainingSequence> sequences(float alphaOnGiven) {
        return given
                ? sequences.stream()
                        .map(sequence -> sequence.trusting(alphaOnGiven))
                        .toList()
                : sequences;
    }
}
