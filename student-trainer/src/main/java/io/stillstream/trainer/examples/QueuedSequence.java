package io.stillstream.trainer.examples;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;

/**
 * A sequence that is buffered until its step is full, and the record it came from.
 *
 * @param example what the loss trains on: one sequence or two
 */
public record QueuedSequence(TargetsRecord record, TokenizedTarget sequence, List<TrainingSequence> example) {

    /**
     * What the loss trains on.
     *
     * @param alphaOnGiven how far the teacher is trusted where neither it nor a student wrote the text
     */
    public List<TrainingSequence> example(float alphaOnGiven) {
        return record.targets().responseSource() == ResponseSource.PRODUCTION
                ? example.stream().map(part -> part.trusting(alphaOnGiven)).toList()
                : example;
    }

    /** Whether a student wrote the text that the teacher scored. */
    public boolean isStudentWritten() {
        return record.targets().responseSource() == ResponseSource.STUDENT;
    }
}
