package io.stillstream.trainer.step;

import io.stillstream.student.batch.TokenSequence;
import io.stillstream.trainer.TrainerException;
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
            throw new TrainerException("a batch has no sequences; expected at least one");
        }
    }

    public TrainingBatch(List<TrainingSequence> sequences) {
        this(sequences, sequences.size());
    }

    public TrainingBatch(TrainingSequence... sequences) {
        this(List.of(sequences));
    }

    /** The text of each sequence. */
    List<TokenSequence> tokens() {
        return sequences.stream().map(TrainingSequence::tokens).toList();
    }

    /** How many tokens are predicted in all. */
    public int labels() {
        return sequences.stream().mapToInt(TrainingSequence::labels).sum();
    }
}
