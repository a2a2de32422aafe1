package io.stillstream.trainer.examples;

import io.stillstream.student.batch.TrainingSequence;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.List;

/**
 * A sequence that is buffered until its step is full, and the record it came from.
 *
 * @param example what the loss trains on: one sequence or two
 */
public record QueuedSequence(TargetsRecord record, TokenizedTarget sequence, List<TrainingSequence> example) {}
