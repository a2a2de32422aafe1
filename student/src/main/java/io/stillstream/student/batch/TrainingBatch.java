package io.stillstream.student.batch;

import io.stillstream.student.StudentException;
import java.util.List;

/**
 * The sequences of one optimizer step.
 *
 * @param examples what the loss is a mean over: each counts the same, however long it is. An example may be two
 *     sequences, one for its labels and one for its teacher
 */
public record TrainingBatch(List<TrainingSequence> sequences, int examples) {

    public TrainingBatch {
        sequences = List.copyOf(sequences);
        if (sequences.isEmpty()) {
            throw new StudentException("a batch has no sequences; expected at least one");
        }
    }

    public TrainingBatch(List<TrainingSequence> sequences) {
        this(sequences, sequences.size());
    }

    public TrainingBatch(TrainingSequence... sequences) {
        this(List.of(sequences));
    }

    /** How many tokens are predicted in all. */
    public int labels() {
        return sequences.stream().mapToInt(TrainingSequence::labels).sum();
    }
}
