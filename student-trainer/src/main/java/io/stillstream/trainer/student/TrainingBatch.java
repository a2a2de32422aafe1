package io.stillstream.trainer.student;

import io.stillstream.trainer.TrainerException;
import java.util.List;

/** The sequences of one optimizer step. Each counts the same, however long it is. */
public record TrainingBatch(List<TrainingSequence> sequences) {

    public TrainingBatch {
        sequences = List.copyOf(sequences);
        if (sequences.isEmpty()) {
            throw new TrainerException("a batch has no sequences; expected at least one");
        }
    }

    public TrainingBatch(TrainingSequence... sequences) {
        this(List.of(sequences));
    }

    /** How many tokens are predicted in all. */
    public int labels() {
        return sequences.stream().mapToInt(TrainingSequence::labels).sum();
    }
}
